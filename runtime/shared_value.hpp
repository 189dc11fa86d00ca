#pragma once

#include <mutex>
#include <utility>

namespace weixin::runtime {

/// A value that many threads read and an operator changes now and then. Any thread; the lock is held for a
/// copy.
template <class T>
class shared_value {
public:
  shared_value() = default;
  explicit shared_value(T initial) : value_(std::move(initial)) {}

  T get() const {
    std::lock_guard lock(mutex_);
    return value_;
  }
  void set(T value) {
    std::lock_guard lock(mutex_);
    value_ = std::move(value);
  }

private:
  mutable std::mutex mutex_;
  T value_{};
};

} // namespace weixin::runtime
