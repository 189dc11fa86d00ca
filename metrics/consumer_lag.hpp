#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace weixin::metrics {

/// What one account adds to how far a bot is behind. Its share goes with it, however its owner ends. One
/// owner at a time; costs an atomic addition when the number changed.
class consumer_lag {
public:
  consumer_lag() = default;
  explicit consumer_lag(std::shared_ptr<std::atomic<std::int64_t>> of_all) : of_all_(std::move(of_all)) {}
  consumer_lag(consumer_lag&& from) noexcept
      : of_all_(std::move(from.of_all_)), share_(std::exchange(from.share_, 0)) {}
  consumer_lag& operator=(consumer_lag&& from) noexcept {
    std::swap(of_all_, from.of_all_);
    std::swap(share_, from.share_);
    return *this;
  }
  ~consumer_lag() { set(0); }

  void set(std::size_t events) noexcept {
    auto now = static_cast<std::int64_t>(events);
    if (!of_all_ || now == share_) return;
    of_all_->fetch_add(now - share_, std::memory_order_relaxed);
    share_ = now;
  }

private:
  std::shared_ptr<std::atomic<std::int64_t>> of_all_;
  std::int64_t share_ = 0;
};

} // namespace weixin::metrics
