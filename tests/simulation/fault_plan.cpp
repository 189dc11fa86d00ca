#include "tests/simulation/fault_plan.hpp"

#include <utility>

namespace weixin::simulation {
namespace {

constexpr std::array<std::string_view, fault_count> names{"dns_failed",
                                                          "dns_slow",
                                                          "connect_refused",
                                                          "connect_timeout",
                                                          "tls_failed",
                                                          "reset_before_a_byte",
                                                          "reset_without_work",
                                                          "lost_answer",
                                                          "stall_without_work",
                                                          "stall_after_work",
                                                          "cut_head",
                                                          "cut_body",
                                                          "short_length",
                                                          "broken_chunks",
                                                          "garbage_head",
                                                          "slow",
                                                          "http_500",
                                                          "http_502",
                                                          "http_503",
                                                          "empty_body",
                                                          "html",
                                                          "garbage",
                                                          "deep_nesting",
                                                          "huge",
                                                          "truncated",
                                                          "bad_utf8",
                                                          "ret_1100",
                                                          "ret_1101",
                                                          "ret_1102",
                                                          "ret_1205",
                                                          "ret_1203",
                                                          "ret_unknown",
                                                          "bad_entry",
                                                          "duplicate_entry",
                                                          "reordered_batch",
                                                          "repeated_batch",
                                                          "empty_keys",
                                                          "key_regression",
                                                          "endless_selector",
                                                          "actor_exception",
                                                          "lost_reply",
                                                          "store_failed",
                                                          "store_slow",
                                                          "disk_full",
                                                          "crash",
                                                          "graceful_restart",
                                                          "clock_day",
                                                          "clock_year",
                                                          "outage",
                                                          "session_ended_1100",
                                                          "session_ended_1101",
                                                          "session_ended_1102",
                                                          "kicked_after_login",
                                                          "too_many_sends",
                                                          "barred",
                                                          "keys_rotated",
                                                          "qr_expired",
                                                          "qr_cancelled",
                                                          "scan_without_confirm",
                                                          "other_user_scans",
                                                          "login_elsewhere"};

constexpr double favourite_weight = 12;

/// Faults that can happen to few calls only: their favourites do not wait for bad weather.
constexpr std::pair<fault, double> rare[] = {{fault::ret_1203, 0.3}, {fault::reordered_batch, 0.3}};

double weight_of(fault f) {
  switch (f) {
  // A session's end costs minutes of silence: seldom, or nothing else happens.
  case fault::ret_1100:
  case fault::ret_1101:
  case fault::ret_1102:
  case fault::ret_1203:
  case fault::session_ended_1100:
  case fault::session_ended_1101:
  case fault::session_ended_1102:
  case fault::kicked_after_login:
    return 0.3;
  case fault::lost_reply:
  case fault::deep_nesting:
  case fault::huge:
  case fault::outage:
  case fault::clock_year:
  case fault::barred:
    return 0.3;
  default:
    return 1;
  }
}

bool can_hit(fault f, std::string_view endpoint) {
  switch (f) {
  case fault::ret_1100:
  case fault::ret_1101:
  case fault::ret_1102:
    return endpoint.starts_with("webwx") ? endpoint != "webwxnewloginpage" && endpoint != "webwxpushloginurl"
                                         : endpoint == "synccheck";
  case fault::ret_1205:
    return endpoint == "webwxsendmsg" || endpoint == "webwxsync";
  case fault::ret_1203:
    return endpoint == "webwxnewloginpage";
  case fault::ret_unknown:
    return endpoint != "login" && endpoint != "webwxlogout";
  case fault::bad_entry:
  case fault::duplicate_entry:
  case fault::reordered_batch:
  case fault::repeated_batch:
  case fault::empty_keys:
  case fault::key_regression:
    return endpoint == "webwxsync";
  case fault::endless_selector:
    return endpoint == "synccheck";
  // The first string of an answer without messages is nobody's text.
  case fault::bad_utf8:
    return endpoint != "webwxnewloginpage" && endpoint != "login" && endpoint != "jslogin" &&
           endpoint != "webwxpushloginurl";
  default:
    return is_of_a_call(f);
  }
}

} // namespace

std::string_view to_string(fault f) noexcept { return names[static_cast<std::size_t>(f)]; }

fault_plan::fault_plan(std::uint64_t seed) : seed_(seed), random_(seed ^ 0xFA017ULL) {
  for (auto i = first_world_fault; i < fault_count; ++i)
    world_.push_back(static_cast<fault>(i));
}

bool fault_plan::is_favourite(fault f) const {
  return static_cast<std::uint64_t>(f) % favourites_period == seed_ % favourites_period;
}

fault fault_plan::weighted(const std::vector<fault>& candidates) {
  auto weight = [this](fault f) { return is_favourite(f) ? favourite_weight : weight_of(f); };
  double total = 0;
  for (auto f : candidates)
    total += weight(f);
  auto drawn = unit(random_) * total;
  for (auto f : candidates)
    if ((drawn -= weight(f)) < 0) return f;
  return candidates.back();
}

const std::vector<fault>& fault_plan::candidates_for(std::string_view endpoint) {
  auto found = candidates_.find(endpoint);
  if (found != candidates_.end()) return found->second;
  std::vector<fault> list;
  for (std::size_t i = 0; i < first_world_fault; ++i)
    if (auto f = static_cast<fault>(i); can_hit(f, endpoint)) list.push_back(f);
  return candidates_.emplace(endpoint, std::move(list)).first->second;
}

std::optional<fault> fault_plan::of_call(const std::string& account, std::string_view endpoint,
                                         steady_time now) {
  if (!on_) return std::nullopt;
  for (auto [f, probability] : rare)
    if (is_favourite(f) && can_hit(f, endpoint) && chance(random_, probability)) return f;
  auto& w = weather_[account];
  if (now >= w.until) {
    constexpr std::array<double, 8> kinds{0, 0, 0.005, 0.01, 0.02, 0.05, 0.15, 0.5};
    w.probability = kinds[random_() % kinds.size()];
    w.until = now + between(random_, 60s, 600s);
  }
  if (!chance(random_, w.probability)) return std::nullopt;
  return weighted(candidates_for(endpoint));
}

fault fault_plan::of_world() { return weighted(world_); }

} // namespace weixin::simulation
