#pragma once

#include <unistd.h>

#include <utility>

namespace weixin::store {

/// A file descriptor that is closed when its owner goes.
class owned_fd {
public:
  owned_fd() = default;
  explicit owned_fd(int fd) noexcept : fd_(fd) {}
  owned_fd(owned_fd&& from) noexcept : fd_(std::exchange(from.fd_, -1)) {}
  owned_fd& operator=(owned_fd&& from) noexcept {
    if (this != &from) {
      reset();
      fd_ = std::exchange(from.fd_, -1);
    }
    return *this;
  }
  ~owned_fd() { reset(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  void reset() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

private:
  int fd_ = -1;
};

} // namespace weixin::store
