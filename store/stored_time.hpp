#pragma once

#include "runtime/wall_clock.hpp"

#include <cstdint>

namespace weixin::store {

/// How times stand in the database: whole milliseconds since the epoch, rounded down. Internal to store/.
inline std::int64_t to_stored(wall_time t) {
  return std::chrono::floor<std::chrono::milliseconds>(t).time_since_epoch().count();
}

inline wall_time from_stored(std::int64_t ms) {
  // What a damaged file says must not overflow the clock's finer count.
  constexpr auto most =
      std::chrono::floor<std::chrono::milliseconds>(wall_time::max()).time_since_epoch().count();
  constexpr auto least =
      std::chrono::ceil<std::chrono::milliseconds>(wall_time::min()).time_since_epoch().count();
  return wall_time{std::chrono::milliseconds{ms < least ? least : ms > most ? most : ms}};
}

} // namespace weixin::store
