#include "actors/pacing.hpp"

namespace weixin {

namespace {
using namespace std::chrono_literals;
} // namespace

std::optional<pacing_profile> parse_pacing_profile(std::string_view name) noexcept {
  if (name == "conservative") return pacing_profile::conservative;
  if (name == "none") return pacing_profile::none;
  return std::nullopt;
}

std::string_view to_string(pacing_reason r) noexcept {
  constexpr auto names =
      std::to_array<std::string_view>({"", "spacing", "slow_start", "hourly_limit", "too_frequent"});
  return names[static_cast<std::size_t>(r)];
}

void pacer::use(const pacing_settings& settings) {
  settings_ = settings;
  for (std::size_t o = 0; o < ledgers_.size(); ++o) {
    // The oldest that an hour's limit still counts is the first of the list.
    auto& recent = ledgers_[o].recent;
    auto most = settings.budgets[o].per_hour;
    if (recent.size() > most) recent.erase(recent.begin(), recent.end() - static_cast<std::ptrdiff_t>(most));
  }
}

pacer::turn pacer::next(paced_operation o, time_point now) const {
  turn t{now, pacing_reason::none};
  auto not_before = [&](time_point at, pacing_reason why) {
    if (at > t.at) t = {at, why};
  };
  if (settings_.profile != pacing_profile::none) {
    const auto& a = ledgers_[static_cast<std::size_t>(o)];
    not_before(a.next, a.slow ? pacing_reason::slow_start : pacing_reason::spacing);
    auto most = settings_.of(o).per_hour;
    if (most != 0 && a.recent.size() >= most) not_before(a.recent.front() + 1h, pacing_reason::hourly_limit);
  }
  not_before(paused_until_, pacing_reason::too_frequent);
  return t;
}

void pacer::used(paced_operation o, time_point now, random_generator& random) {
  if (settings_.profile == pacing_profile::none) return;
  const auto& budget = settings_.of(o);
  auto& a = ledgers_[static_cast<std::size_t>(o)];
  auto distance =
      std::chrono::duration<double>(budget.interval) * (1.0 + settings_.jitter * unit_random(random));
  a.slow = session_start_ && now - *session_start_ < settings_.slow_start;
  if (a.slow) distance *= settings_.slow_start_factor;
  a.next = now + std::chrono::duration_cast<time_point::duration>(distance);
  if (budget.per_hour == 0) return;
  if (a.recent.size() >= budget.per_hour) a.recent.erase(a.recent.begin());
  a.recent.push_back(now);
}

} // namespace weixin
