#include "tests/notify/tiny_server.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <stdexcept>

namespace weixin::notify::test {

namespace {

/// The whole request, or what came before the client left.
std::string read_request(int connection) {
  std::string text;
  char buffer[4096];
  for (;;) {
    auto end = text.find("\r\n\r\n");
    auto field = text.find("Content-Length: ");
    std::size_t length = 0;
    if (end != std::string::npos && field != std::string::npos)
      std::from_chars(text.data() + field + 16, text.data() + end, length);
    if (end != std::string::npos && text.size() >= end + 4 + length) return text;
    auto got = ::recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

} // namespace

std::string answer(int status, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + headers + "\r\n" + body;
}

tiny_server::tiny_server(std::vector<std::string> answers) : answers_(std::move(answers)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 8) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no listener");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

tiny_server::~tiny_server() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string tiny_server::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::vector<std::string> tiny_server::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

void tiny_server::serve() {
  for (std::size_t i = 0; !stopping_; ++i) {
    int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    auto request = read_request(connection);
    {
      std::lock_guard lock(mutex_);
      requests_.push_back(std::move(request));
    }
    answer(connection, answers_[std::min(i, answers_.size() - 1)]);
    ::close(connection);
  }
}

void tiny_server::answer(int connection, const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    auto n = ::send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<std::size_t>(n);
  }
  char rest[256];
  while (bytes.empty() && !stopping_ && ::recv(connection, rest, sizeof rest, 0) > 0) {
  }
}

} // namespace weixin::notify::test
