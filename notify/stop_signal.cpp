#include "notify/stop_signal.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace weixin::notify {

// Without a descriptor the waits end at their deadline only, which is short enough.
stop_signal::stop_signal() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

stop_signal::~stop_signal() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void stop_signal::set() noexcept {
  set_ = true;
  std::uint64_t one = 1;
  if (descriptor_ >= 0) static_cast<void>(::write(descriptor_, &one, sizeof one) == 0);
}

} // namespace weixin::notify
