#pragma once

#include "runtime/token_bucket.hpp"

#include <mutex>

namespace weixin::runtime {

/// A token bucket that all accounts draw from. Any thread.
class shared_bucket {
public:
  shared_bucket(double rate, double burst) : bucket_(rate, burst) {}
  std::chrono::nanoseconds take(token_bucket::time_point now) {
    std::lock_guard lock(mutex_);
    return bucket_.take(now);
  }

private:
  std::mutex mutex_;
  token_bucket bucket_;
};

} // namespace weixin::runtime
