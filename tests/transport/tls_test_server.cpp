#include "tests/transport/tls_test_server.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <csignal>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace weixin::transport::test {

using namespace std::chrono_literals;

server_connection::server_connection(int descriptor, SSL* ssl, unsigned number)
    : descriptor_(descriptor), ssl_(ssl), number_(number) {}

server_connection::~server_connection() = default;

bool server_connection::resumed() const { return SSL_session_reused(ssl_) == 1; }

bool server_connection::fill() {
  std::array<char, 4096> buffer;
  ERR_clear_error();
  auto n = SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size()));
  if (n <= 0) return false;
  unread_.append(buffer.data(), static_cast<std::size_t>(n));
  return true;
}

std::string server_connection::read_request() {
  std::size_t end = 0;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos)
    if (!fill()) return {};
  end += 4;
  constexpr std::string_view length_field = "Content-Length: ";
  if (auto at = unread_.find(length_field); at < end) {
    std::size_t length = 0;
    auto from = at + length_field.size();
    std::from_chars(unread_.data() + from, unread_.data() + end, length);
    end += length;
  }
  while (unread_.size() < end)
    if (!fill()) return {};
  auto request = unread_.substr(0, end);
  unread_.erase(0, end);
  return request;
}

void server_connection::send(std::string_view bytes) {
  ERR_clear_error();
  while (!bytes.empty()) {
    auto n = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void server_connection::answer(std::string_view body, std::string_view status, std::string_view fields) {
  auto whole = "HTTP/1.1 " + std::string{status} + "\r\n" + std::string{fields};
  whole += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  whole += body;
  send(whole);
}

void server_connection::wait_for_close() {
  while (fill())
    unread_.clear();
}

bool server_connection::peer_leaves_within(std::chrono::milliseconds time) {
  pollfd watched{.fd = descriptor_, .events = POLLIN | POLLRDHUP, .revents = 0};
  return ::poll(&watched, 1, static_cast<int>(time.count())) > 0;
}

void server_connection::wait_for_stop() {
  pollfd watched{.fd = descriptor_, .events = 0, .revents = 0};
  ::poll(&watched, 1, -1);
}

void server_connection::reset() {
  linger hard{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

void server_connection::cut() { ::shutdown(descriptor_, SHUT_RDWR); }

void server_connection::close() {
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ::shutdown(descriptor_, SHUT_WR);
}

tls_test_server::tls_test_server(const identity& who, script what, options how)
    : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free), script_(std::move(what)), options_(how) {
  SSL_CTX_use_certificate(context_.get(), who.certificate());
  SSL_CTX_use_PrivateKey(context_.get(), who.key());
  SSL_CTX_set_session_id_context(context_.get(), reinterpret_cast<const unsigned char*>("t"), 1);
  if (how.max_tls_version != 0) SSL_CTX_set_max_proto_version(context_.get(), how.max_tls_version);
  // A server's policy, so that the client's own minimum is what refuses old versions.
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
  SSL_CTX_set_security_level(context_.get(), 0);

  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error{"no loopback port"};
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

tls_test_server::~tls_test_server() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    std::lock_guard lock{mutex_};
    for (auto descriptor : open_)
      ::shutdown(descriptor, SHUT_RDWR);
  }
  for (auto& t : threads_)
    t.join();
}

void tls_test_server::accept_all() {
  while (!stopping_) {
    auto descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) continue;
    int on = 1; // scripts send in small pieces, which must not wait for each other
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::lock_guard lock{mutex_};
    open_.push_back(descriptor);
    threads_.emplace_back([this, descriptor, number = connections_++] { serve(descriptor, number); });
  }
}

void tls_test_server::serve(int descriptor, unsigned number) {
  // OpenSSL writes here to sockets the client has left. Only in this thread: the client must raise no
  // SIGPIPE.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);

  std::unique_ptr<SSL, decltype(&SSL_free)> ssl{SSL_new(context_.get()), &SSL_free};
  SSL_set_fd(ssl.get(), descriptor);
  server_connection connection{descriptor, ssl.get(), number};
  if (options_.plain_text) {
    constexpr std::string_view refusal = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    ::send(descriptor, refusal.data(), refusal.size(), MSG_NOSIGNAL);
  } else if (options_.stall_handshake) {
    char byte = 0;
    while (::recv(descriptor, &byte, 1, 0) > 0) {
    }
  } else if (SSL_accept(ssl.get()) == 1) {
    ++handshakes_;
    if (connection.resumed()) ++resumptions_;
    script_(connection);
    // Like a server that keeps its connections: a session whose connection was cut is no longer resumed by
    // it.
    SSL_set_shutdown(ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
  std::lock_guard lock{mutex_};
  open_.erase(std::find(open_.begin(), open_.end(), descriptor));
  ::close(descriptor);
  ++ended_;
  ended_changed_.notify_all();
}

bool tls_test_server::wait_for_ended(unsigned count) {
  std::unique_lock lock{mutex_};
  return ended_changed_.wait_for(lock, 20s, [&] { return ended_ >= count; });
}

tls_test_server::script always_answer(std::string body) {
  return [body = std::move(body)](server_connection& c) {
    while (!c.read_request().empty())
      c.answer(body);
  };
}

} // namespace weixin::transport::test
