#pragma once

#include <atomic>

namespace weixin::notify {

/// Tells a thread that waits in poll() to give up. Set once; any thread.
class stop_signal {
public:
  stop_signal();
  ~stop_signal();
  stop_signal(const stop_signal&) = delete;
  stop_signal& operator=(const stop_signal&) = delete;

  void set() noexcept;
  bool is_set() const noexcept { return set_; }
  /// Becomes readable, and stays so, when it is set.
  int descriptor() const noexcept { return descriptor_; }

private:
  int descriptor_;
  std::atomic<bool> set_{false};
};

} // namespace weixin::notify
