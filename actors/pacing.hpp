#pragma once

#include "metrics/labels.hpp"
#include "runtime/random.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace weixin {

/// What has a budget of its own, in each account.
using metrics::paced_operation;
using metrics::paced_operation_count;

/// How eagerly an account acts. `conservative` is the default; `none` is for the simulator and benchmarks.
enum class pacing_profile { conservative, none };
std::optional<pacing_profile> parse_pacing_profile(std::string_view name) noexcept;

/// How often one operation may happen.
struct pacing_budget {
  /// Between two of them, without the jitter; 0: no distance. At most a day.
  std::chrono::milliseconds interval{0};
  unsigned per_hour = 0; ///< within any hour; 0: no limit. At most `max_per_hour`
  friend bool operator==(const pacing_budget&, const pacing_budget&) = default;
};

/// The pace of an account. Weixin tells no figures; these keep below what people report to go well
/// (weixin-protocol.md 6, "Rate facts", and 4.4, 5.5, 5.7): texts one a second, media a third of that, group
/// operations 30 s apart, friend operations a minute apart, webwxbatchgetcontact every two seconds.
struct pacing_settings {
  static constexpr unsigned max_per_hour = 1'000;

  pacing_settings(pacing_profile p = pacing_profile::conservative) : profile(p) {}

  pacing_profile profile;
  std::array<pacing_budget, paced_operation_count> budgets{{
      {std::chrono::seconds{1}, 0},   // text
      {std::chrono::seconds{3}, 0},   // media
      {std::chrono::seconds{30}, 20}, // groups
      {std::chrono::seconds{60}, 10}, // friends
      {std::chrono::seconds{2}, 0},   // batch_contacts
  }};
  double jitter = 0.5;                  ///< each distance is longer by up to this share of it
  std::chrono::seconds slow_start{300}; ///< after a login
  double slow_start_factor = 3;         ///< distances are so many times as long meanwhile

  pacing_budget& of(paced_operation o) { return budgets[static_cast<std::size_t>(o)]; }
  const pacing_budget& of(paced_operation o) const { return budgets[static_cast<std::size_t>(o)]; }
  friend bool operator==(const pacing_settings&, const pacing_settings&) = default;
};

/// Why an operation has to wait.
enum class pacing_reason : std::uint8_t {
  none,         ///< it does not
  spacing,      ///< the distance to the one before
  slow_start,   ///< the same, so soon after a login
  hourly_limit, ///< as many as an hour takes
  too_frequent, ///< Weixin said 1205
};
/// "", "spacing", "slow_start", "hourly_limit", "too_frequent".
std::string_view to_string(pacing_reason r) noexcept;

/// When an account may do what next. Pure: time and randomness come in. With the profile `none` only the
/// pause after 1205 holds anything back.
class pacer {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// The turn of an operation: when, never before the time that was asked about, and what it waits for.
  struct turn {
    time_point at;
    pacing_reason reason = pacing_reason::none;
  };

  explicit pacer(pacing_settings settings) : settings_(settings) {}

  const pacing_settings& settings() const noexcept { return settings_; }
  /// Other budgets from now on. What was done under the old ones still counts.
  void use(const pacing_settings& settings);

  /// After a login, not after a session that was resumed: everything starts slowly.
  void session_started(time_point now) { session_start_ = now; }
  /// Weixin said 1205: nothing before `until`. An earlier pause is replaced; a time that has passed ends it.
  void pause(time_point until) { paused_until_ = until; }

  turn next(paced_operation o, time_point now) const;
  time_point earliest(paced_operation o, time_point now) const { return next(o, now).at; }
  /// It has left: the next one keeps its distance.
  void used(paced_operation o, time_point now, random_generator& random);

private:
  struct ledger {
    time_point next{};
    bool slow = false;              // `next` is so far because of the slow start
    std::vector<time_point> recent; // the last `per_hour` ones, oldest first
  };

  pacing_settings settings_;
  std::optional<time_point> session_start_;
  time_point paused_until_{};
  std::array<ledger, paced_operation_count> ledgers_;
};

} // namespace weixin
