#pragma once

#include "runtime/restart_window.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <string_view>
#include <utility>

namespace weixin::supervisor {

/// A shared service may fail twice within a minute; at the third time the process has to end.
inline constexpr runtime::restart_limit shared_service_limit{2, std::chrono::seconds{60}};

/// Counts the faults of one shared service, whichever account meets them: at the third within a minute the
/// process has to end. Thread-safe.
class service_faults {
public:
  /// `give_up` is called once, by the thread that notes the last straw.
  explicit service_faults(std::function<void()> give_up) : give_up_(std::move(give_up)) {}

  void note(std::chrono::steady_clock::time_point now) {
    std::function<void()> call;
    {
      std::lock_guard lock(mutex_);
      if (!faults_.note(now)) call = std::exchange(give_up_, nullptr);
    }
    if (call) call();
  }

private:
  std::mutex mutex_;
  std::function<void()> give_up_;
  runtime::restart_window faults_{shared_service_limit};
};

} // namespace weixin::supervisor
