#include "actors/pacing.hpp"

namespace weixin {

namespace {
using namespace std::chrono_literals;
constexpr std::chrono::milliseconds text_interval = 1s;
constexpr double jitter = 0.5;
constexpr auto slow_start = 5min;
constexpr int slow_start_factor = 3;
} // namespace

std::optional<pacing_profile> parse_pacing_profile(std::string_view name) noexcept {
  if (name == "conservative") return pacing_profile::conservative;
  if (name == "none") return pacing_profile::none;
  return std::nullopt;
}

void pacer::sent(time_point now, random_generator& random) {
  if (profile_ == pacing_profile::none) return;
  auto interval = std::chrono::duration<double>(text_interval) * (1.0 + jitter * unit_random(random));
  if (session_start_ && now - *session_start_ < slow_start) interval *= slow_start_factor;
  next_ = now + std::chrono::duration_cast<time_point::duration>(interval);
}

} // namespace weixin
