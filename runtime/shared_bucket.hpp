#pragma once

#include "runtime/token_bucket.hpp"

#include <mutex>
#include <optional>

namespace weixin::runtime {

/// A token bucket that all accounts draw from. Any thread.
class shared_bucket {
public:
  shared_bucket(double rate, double burst) : bucket_(rate, burst) {}
  std::chrono::nanoseconds take(token_bucket::time_point now) {
    std::lock_guard lock(mutex_);
    return bucket_.take(now);
  }
  /// The same, but takes nothing, and answers nothing, when the wait would be longer than `longest`.
  std::optional<std::chrono::nanoseconds> take_within(token_bucket::time_point now,
                                                      std::chrono::nanoseconds longest) {
    std::lock_guard lock(mutex_);
    if (bucket_.wait_for_next(now) > longest) return std::nullopt;
    return bucket_.take(now);
  }
  /// Another rate from now on.
  void set_rate(token_bucket::time_point now, double rate, double burst) {
    std::lock_guard lock(mutex_);
    bucket_.set_rate(now, rate, burst);
  }
  /// Whoever waited for a token and does not want it any more gives it back, so that a crowd that gave up
  /// does not make others wait.
  void give_back() {
    std::lock_guard lock(mutex_);
    bucket_.give_back();
  }

private:
  std::mutex mutex_;
  token_bucket bucket_;
};

} // namespace weixin::runtime
