#include "tests/simulator/tls_caller.hpp"

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <sys/socket.h>
#include <sys/time.h>

namespace weixin::simulator {
namespace {

struct deleter {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(BIO* p) const { BIO_free_all(p); }
};

http_response parse(const std::string& text) {
  http_response r;
  auto end = text.find("\r\n\r\n");
  if (end == std::string::npos || !text.starts_with("HTTP/1.1 ")) return r;
  r.status = std::atoi(text.c_str() + 9);
  for (auto at = text.find("\r\n") + 2; at < end;) {
    auto line_end = text.find("\r\n", at);
    auto line = text.substr(at, line_end - at);
    auto colon = line.find(": ");
    if (colon != std::string::npos) r.headers.push_back({line.substr(0, colon), line.substr(colon + 2)});
    at = line_end + 2;
  }
  r.body = text.substr(end + 4);
  return r;
}

} // namespace

http_response tls_call(const std::string& address, const std::string& ca_file, const http_request& request,
                       std::chrono::seconds deadline) {
  // OpenSSL's socket writes to a connection that the server has closed raise it.
  std::signal(SIGPIPE, SIG_IGN);
  std::unique_ptr<SSL_CTX, deleter> context{SSL_CTX_new(TLS_client_method())};
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr) != 1) return {};
  std::unique_ptr<BIO, deleter> bio{BIO_new_ssl_connect(context.get())};
  SSL* ssl = nullptr;
  BIO_get_ssl(bio.get(), &ssl);
  SSL_set_tlsext_host_name(ssl, request.host.c_str());
  SSL_set1_host(ssl, request.host.c_str());
  BIO_set_conn_hostname(bio.get(), address.c_str());
  if (BIO_do_connect(bio.get()) != 1) return {};
  timeval limit{static_cast<time_t>(deadline.count()), 0};
  int descriptor = -1;
  BIO_get_fd(bio.get(), &descriptor);
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (BIO_do_handshake(bio.get()) != 1) return {};

  std::string text = request.method + " " + request.target + " HTTP/1.1\r\nHost: " + request.host +
                     "\r\nUser-Agent: Mozilla/5.0 (X11)\r\nConnection: close\r\nContent-Length: " +
                     std::to_string(request.body.size()) + "\r\n";
  for (const auto& h : request.headers)
    text += h.name + ": " + h.value + "\r\n";
  text += "\r\n" + request.body;
  if (BIO_write(bio.get(), text.data(), static_cast<int>(text.size())) != static_cast<int>(text.size()))
    return {};
  std::string answer;
  char piece[16'384];
  for (int n = 0; (n = BIO_read(bio.get(), piece, sizeof piece)) > 0;)
    answer.append(piece, static_cast<std::size_t>(n));
  return parse(answer);
}

} // namespace weixin::simulator
