#pragma once

#include "runtime/random.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace weixin {

/// How eagerly an account sends. `conservative` is the default; `none` is for the simulator and benchmarks.
enum class pacing_profile { conservative, none };
std::optional<pacing_profile> parse_pacing_profile(std::string_view name) noexcept;

/// When the next text may leave: at most one a second with jitter, a third of that in the first five minutes
/// after a login (weixin-protocol.md 6, "Rate facts"). Pure: time and randomness come in.
class pacer {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit pacer(pacing_profile profile) : profile_(profile) {}

  void session_started(time_point now) { session_start_ = now; }
  /// The earliest time for the next send; never before `now`.
  time_point earliest(time_point now) const { return next_ > now ? next_ : now; }
  /// A send has left: the next one keeps its distance.
  void sent(time_point now, random_generator& random);

private:
  pacing_profile profile_;
  std::optional<time_point> session_start_;
  time_point next_{};
};

} // namespace weixin
