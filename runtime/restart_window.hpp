#pragma once

#include <chrono>
#include <deque>

namespace weixin::runtime {

/// How many restarts within what time are too many: OTP's intensity and period.
struct restart_limit {
  unsigned intensity = 3; ///< so many restarts within `period` are allowed, one more is not
  std::chrono::seconds period{60};
};

/// Remembers the restarts of the last period, at most intensity + 1 of them. Pure: time comes in.
class restart_window {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit restart_window(restart_limit limit) : limit_(limit) {}

  /// Counts a restart. False when it is one too many; a restart exactly a period ago still counts.
  bool note(time_point now) {
    while (!restarts_.empty() && now - restarts_.front() > limit_.period)
      restarts_.pop_front();
    restarts_.push_back(now);
    if (restarts_.size() <= limit_.intensity) return true;
    restarts_.pop_front();
    return false;
  }

private:
  restart_limit limit_;
  std::deque<time_point> restarts_;
};

} // namespace weixin::runtime
