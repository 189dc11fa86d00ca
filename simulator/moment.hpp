#pragma once

#include "runtime/wall_clock.hpp"

#include <chrono>

namespace weixin::simulator {

using steady_time = std::chrono::steady_clock::time_point;

/// The time at which something happens to the simulator, always given from outside: `steady` for durations,
/// `wall` for what is written into answers.
struct moment {
  steady_time steady;
  wall_time wall;
};

} // namespace weixin::simulator
