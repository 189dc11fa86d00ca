#pragma once

#include "runtime/wall_clock.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace weixin::supervisor {

/// The time of day as far as it may be believed for dropping what is old: a clock that jumps ahead must not
/// make everything old at once. Pure: both clocks come in. A jump is believed when it has lasted for a day; a
/// clock that goes back is believed at once, because it drops less.
class believed_time {
public:
  static constexpr std::chrono::hours tolerated{1};
  static constexpr std::chrono::hours patience{24};

  wall_time at(wall_time wall, std::chrono::steady_clock::time_point steady) {
    auto offset = wall.time_since_epoch() - steady.time_since_epoch();
    if (!offset_ || offset <= *offset_ + tolerated) {
      offset_ = offset;
      jumped_at_.reset();
    } else if (!jumped_at_) {
      jumped_at_ = steady;
    } else if (steady - *jumped_at_ >= patience) {
      offset_ = offset;
      jumped_at_.reset();
    }
    auto believed =
        wall_time{std::chrono::duration_cast<wall_time::duration>(steady.time_since_epoch() + *offset_)};
    return std::min(wall, believed);
  }

private:
  std::optional<std::chrono::nanoseconds> offset_; ///< of the wall clock to the steady one
  std::optional<std::chrono::steady_clock::time_point> jumped_at_;
};

} // namespace weixin::supervisor
