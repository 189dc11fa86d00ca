#pragma once

#include <algorithm>
#include <chrono>

namespace weixin::runtime {

/// At most `rate` a second in the long run, `burst` at once. Pure: time comes in. Not synchronised.
class token_bucket {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `rate` above 0; `burst` at least 1.
  token_bucket(double rate, double burst) : rate_(rate), burst_(std::max(burst, 1.0)), tokens_(burst_) {}

  /// Takes one token, even a future one, and tells how long to wait for it. Later callers wait behind it.
  std::chrono::nanoseconds take(time_point now) {
    auto wait = wait_for_next(now);
    tokens_ -= 1.0;
    return wait;
  }

  /// How long one would have to wait for a token; takes none.
  std::chrono::nanoseconds wait_for_next(time_point now) {
    if (last_ != time_point{}) {
      auto passed = std::chrono::duration<double>(now - last_).count();
      tokens_ = std::min(burst_, tokens_ + std::max(passed, 0.0) * rate_);
    }
    last_ = std::max(now, last_);
    if (tokens_ >= 1.0) return std::chrono::nanoseconds{0};
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>((1.0 - tokens_) / rate_));
  }

  /// Another rate from now on; what was taken in advance is not given back.
  void set_rate(time_point now, double rate, double burst) {
    wait_for_next(now);
    rate_ = rate;
    burst_ = std::max(burst, 1.0);
    tokens_ = std::min(tokens_, burst_);
  }

  /// Gives a token back that was taken and not used.
  void give_back() { tokens_ = std::min(burst_, tokens_ + 1.0); }

  /// True when as many are there as ever: nobody took one for a while.
  bool is_full(time_point now) {
    wait_for_next(now);
    return tokens_ >= burst_;
  }

private:
  double rate_;
  double burst_;
  double tokens_;
  time_point last_{};
};

} // namespace weixin::runtime
