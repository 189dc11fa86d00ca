#pragma once

#include "tests/simulation/timeline.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::simulation {

/// Everything that goes wrong on purpose. Each has a counter, and one that never fires over a suite's seeds
/// is a fault of the suite.
enum class fault {
  // A call, before a byte of it has left.
  dns_failed,
  dns_slow,
  connect_refused,
  connect_timeout,
  tls_failed,
  reset_before_a_byte,
  // A call that has left, with or without its effect.
  reset_without_work,
  lost_answer,
  stall_without_work,
  stall_after_work,
  cut_head,
  cut_body,
  short_length,
  broken_chunks,
  garbage_head,
  slow,
  // What an answer says.
  http_500,
  http_502,
  http_503,
  empty_body,
  html,
  garbage,
  deep_nesting,
  huge,
  truncated,
  bad_utf8,
  ret_1100,
  ret_1101,
  ret_1102,
  ret_1205,
  ret_1203,
  ret_unknown,
  // What a webwxsync says.
  bad_entry,
  duplicate_entry,
  reordered_batch,
  repeated_batch,
  empty_keys,
  key_regression,
  endless_selector,
  // Our side, inside.
  actor_exception,
  lost_reply,
  store_failed,
  store_slow,
  disk_full,
  crash,
  graceful_restart,
  clock_day,
  clock_year,
  // The service and the people.
  outage,
  session_ended_1100,
  session_ended_1101,
  session_ended_1102,
  kicked_after_login,
  too_many_sends,
  barred,
  keys_rotated,
  qr_expired,
  qr_cancelled,
  scan_without_confirm,
  other_user_scans,
  login_elsewhere,
};
inline constexpr std::size_t fault_count = static_cast<std::size_t>(fault::login_elsewhere) + 1;
std::string_view to_string(fault f) noexcept;
inline constexpr std::size_t first_world_fault = static_cast<std::size_t>(fault::store_failed);
/// True for faults of a single HTTP call, which `fault_plan::of_call` draws.
constexpr bool is_of_a_call(fault f) noexcept { return static_cast<std::size_t>(f) < first_world_fault; }

using fault_counts = std::array<std::uint64_t, fault_count>;

/// Which calls are hit by what. The weather of each account changes every few minutes from calm to stormy
/// and back; some faults are this seed's favourites, so that each is met often by some seed.
class fault_plan {
public:
  /// Seeds that follow one another have different favourites: any `favourites_period` of them have all.
  static constexpr std::uint64_t favourites_period = 10;

  explicit fault_plan(std::uint64_t seed);

  /// From now on nothing goes wrong any more.
  void stop() { on_ = false; }
  bool is_on() const noexcept { return on_; }

  /// What is to happen to this call, nothing for most. Who lets it happen counts it with `fired`.
  std::optional<fault> of_call(const std::string& account, std::string_view endpoint, steady_time now);
  /// One of the faults that happen to the whole server, the service or a person.
  fault of_world();

  void fired(fault f) { ++counts_[static_cast<std::size_t>(f)]; }
  const fault_counts& counts() const noexcept { return counts_; }
  bool is_favourite(fault f) const;
  generator& random() noexcept { return random_; }

private:
  struct weather {
    steady_time until{};
    double probability = 0;
  };
  fault weighted(const std::vector<fault>& candidates);
  const std::vector<fault>& candidates_for(std::string_view endpoint);

  std::uint64_t seed_;
  generator random_;
  bool on_ = true;
  std::map<std::string, weather> weather_;
  std::map<std::string, std::vector<fault>, std::less<>> candidates_;
  std::vector<fault> world_;
  fault_counts counts_{};
};

} // namespace weixin::simulation
