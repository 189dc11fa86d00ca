#include "tests/transport/proxy_test_server.hpp"

#include <array>
#include <stdexcept>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace weixin::transport::test {

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// False when either side is gone.
bool carry(int from, int to) {
  std::array<char, 16 * 1024> bytes;
  auto got = ::recv(from, bytes.data(), bytes.size(), 0);
  return got > 0 && ::send(to, bytes.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) == got;
}

} // namespace

std::string proxy_connection::read(std::size_t size) {
  std::string bytes(size, '\0');
  auto got = ::recv(descriptor_, bytes.data(), size, MSG_WAITALL);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

std::string proxy_connection::read_head() {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    auto next = read(1);
    if (next.empty()) break;
    head += next;
  }
  return head;
}

void proxy_connection::send(std::string_view bytes) {
  ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void proxy_connection::forward_to(std::uint16_t port) {
  auto other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(port);
  if (::connect(other, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    std::array<pollfd, 2> ends{{{descriptor_, POLLIN, 0}, {other, POLLIN, 0}}};
    bool open = true;
    while (open && ::poll(ends.data(), ends.size(), -1) > 0) {
      if (ends[0].revents != 0) open = carry(descriptor_, other);
      if (open && ends[1].revents != 0) open = carry(other, descriptor_);
    }
  }
  ::close(other);
}

void proxy_connection::wait_for_close() {
  while (!read(1).empty()) {
  }
}

proxy_test_server::proxy_test_server(script what)
    : script_(std::move(what)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error{"no test proxy"};
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

proxy_test_server::~proxy_test_server() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    std::lock_guard lock{mutex_};
    for (int descriptor : open_)
      ::shutdown(descriptor, SHUT_RDWR);
  }
  for (auto& thread : threads_)
    thread.join();
  for (int descriptor : open_)
    ::close(descriptor);
  ::close(listener_);
}

void proxy_test_server::accept_all() {
  while (!stopping_) {
    auto descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    ++connections_;
    std::lock_guard lock{mutex_};
    open_.push_back(descriptor);
    threads_.emplace_back([this, descriptor] {
      proxy_connection connection{descriptor};
      script_(connection);
      // The number stays taken until the end, so that nobody shuts another one's down.
      ::shutdown(descriptor, SHUT_RDWR);
    });
  }
}

} // namespace weixin::transport::test
