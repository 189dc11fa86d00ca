#include "tests/httpd/raw_client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace weixin::httpd::test {
namespace {

bool wait_for(int descriptor, short events, std::chrono::milliseconds time = patience) {
  pollfd p{descriptor, events, 0};
  return ::poll(&p, 1, static_cast<int>(time.count())) > 0;
}

} // namespace

raw_client::raw_client(const std::string& endpoint, int receive_buffer) {
  auto address = endpoint.starts_with('/') ? unix_address(endpoint) : tcp_address(endpoint);
  if (!address) return;
  descriptor_ = ::socket(address->family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0)
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  if (::connect(descriptor_, address->get(), address->length) != 0) close();
}

raw_client::~raw_client() { close(); }

raw_client::raw_client(raw_client&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), ended_(other.ended_), was_reset_(other.was_reset_),
      received_(std::move(other.received_)) {}

void raw_client::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void raw_client::reset() {
  linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

bool raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!wait_for(descriptor_, POLLOUT)) return false;
    auto n = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool raw_client::send_urgent(char c) { return ::send(descriptor_, &c, 1, MSG_OOB | MSG_NOSIGNAL) == 1; }

void raw_client::end_sending() { ::shutdown(descriptor_, SHUT_WR); }

bool raw_client::read_more() {
  if (ended_ || !wait_for(descriptor_, POLLIN)) return false;
  std::array<char, 65536> buffer{};
  auto n = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (n > 0) {
    received_.append(buffer.data(), static_cast<std::size_t>(n));
    return true;
  }
  ended_ = true;
  was_reset_ = n < 0 && errno == ECONNRESET;
  return false;
}

bool raw_client::still_open_after(std::chrono::milliseconds time) {
  if (!ended_ && wait_for(descriptor_, POLLIN, time)) read_more();
  return !ended_;
}

bool raw_client::wait_for_hang_up() { return wait_for(descriptor_, 0); }

std::optional<std::string> raw_client::read_to_end() {
  while (read_more()) {
  }
  if (!ended_) return std::nullopt;
  return std::exchange(received_, {});
}

std::string raw_client::read_until(std::string_view text) {
  while (received_.find(text) == std::string::npos && read_more()) {
  }
  auto found = received_.find(text);
  auto taken = received_.substr(0, found == std::string::npos ? found : found + text.size());
  received_.erase(0, taken.size());
  return taken;
}

std::string raw_client::read_answer() {
  auto answer = read_until("\r\n\r\n");
  constexpr std::string_view field = "Content-Length: ";
  auto at = answer.find(field);
  if (at == std::string::npos) return answer;
  auto length = static_cast<std::size_t>(std::atoll(answer.c_str() + at + field.size()));
  while (received_.size() < length && read_more()) {
  }
  answer += received_.substr(0, length);
  received_.erase(0, length);
  return answer;
}

int status_of(std::string_view answer) {
  if (!answer.starts_with("HTTP/1.1 ") || answer.size() < 12) return 0;
  return std::atoi(std::string{answer.substr(9, 3)}.c_str());
}

std::string body_of(std::string_view answer) {
  auto end = answer.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string{} : std::string{answer.substr(end + 4)};
}

} // namespace weixin::httpd::test
