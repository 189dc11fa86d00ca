#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>

namespace weixin {

/// The randomness of decisions (jitter): one generator an actor, seeded from outside, so that a run with the
/// same seed decides the same. Never for anything that must not be guessed. Small on purpose: every actor has
/// one, and a Mersenne twister is 2.5 KiB.
using random_generator = std::minstd_rand;

/// A number in [0, 1).
inline double unit_random(random_generator& g) { return std::uniform_real_distribution<double>{0.0, 1.0}(g); }

/// Fills ids that others must not guess or repeat (device ids). Injected: real entropy in the program, fixed
/// in tests.
using entropy_source = std::function<std::uint64_t()>;

/// `count` decimal digits drawn from the source.
inline std::string random_digits(const entropy_source& source, std::size_t count) {
  std::string digits;
  while (digits.size() < count)
    digits += static_cast<char>('0' + static_cast<char>(source() % 10));
  return digits;
}

} // namespace weixin
