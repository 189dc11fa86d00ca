#pragma once

#include "runtime/random.hpp"

#include <algorithm>
#include <chrono>

namespace weixin {

/// How long to wait before the next try: 1, 2, 4 ... 60 s as a ceiling, and any time below it (full jitter),
/// so that accounts which lost the network together do not come back together. `failures` counts from 1.
inline std::chrono::milliseconds retry_delay(unsigned failures, random_generator& random) {
  auto doublings = std::min(failures == 0 ? 0U : failures - 1, 6U);
  auto ceiling =
      std::min(std::chrono::milliseconds{1'000} * (1 << doublings), std::chrono::milliseconds{60'000});
  auto picked = static_cast<long long>(unit_random(random) * static_cast<double>(ceiling.count()));
  return std::chrono::milliseconds{std::max(picked, 50LL)};
}

} // namespace weixin
