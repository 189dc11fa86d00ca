#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace weixin::runtime {

/// Which share of the time a thread ran on a core, from readings of its CPU time. One thread at a time.
class utilization_meter {
public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds period{5}; ///< a share is of at least so long

  /// The share since the reading before, 0 to 1; nothing while that is less than `period` ago.
  std::optional<double> read(time_point now, std::chrono::nanoseconds used) {
    if (!first_ && now - then_ < period) return std::nullopt;
    auto passed = std::chrono::duration<double>(now - then_);
    auto share = std::chrono::duration<double>(used - used_then_) / passed;
    auto known = !first_;
    first_ = false;
    then_ = now;
    used_then_ = used;
    if (!known) return std::nullopt;
    return std::clamp(share, 0.0, 1.0);
  }

private:
  bool first_ = true;
  time_point then_{};
  std::chrono::nanoseconds used_then_{0};
};

} // namespace weixin::runtime
