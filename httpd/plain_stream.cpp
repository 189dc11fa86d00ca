#include "httpd/byte_stream.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <sys/types.h>

namespace weixin::httpd {
namespace {

bool would_block() noexcept { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

class plain_stream final : public byte_stream {
public:
  explicit plain_stream(int descriptor) : descriptor_(descriptor) {}

  io_result handshake() override { return {io_status::ok, 0}; }

  io_result read(std::span<char> into) override {
    auto n = ::recv(descriptor_, into.data(), into.size(), MSG_DONTWAIT);
    if (n > 0) return {io_status::ok, static_cast<std::size_t>(n)};
    if (n == 0) return {io_status::eof, 0};
    return {would_block() ? io_status::want_read : io_status::failed, 0};
  }

  io_result write(std::string_view from) override {
    auto n = ::send(descriptor_, from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) return {io_status::ok, static_cast<std::size_t>(n)};
    return {would_block() ? io_status::want_write : io_status::failed, 0};
  }

  void end_writing() override { ::shutdown(descriptor_, SHUT_WR); }
  bool knows_half_close() const override { return true; }

private:
  int descriptor_;
};

} // namespace

std::unique_ptr<byte_stream> make_plain_stream(int descriptor) {
  return std::make_unique<plain_stream>(descriptor);
}

} // namespace weixin::httpd
