#include "notify/decider.hpp"

#include <algorithm>
#include <utility>

namespace weixin::notify {

namespace {

using namespace std::chrono_literals;

constexpr auto fleet_has_to_come_up_within = 5min;

bool is_held(kind k) { return k == kind::held || k == kind::kicked; }

bool waits_for_scan(std::string_view state) { return state == "awaiting_scan" || state == "needs_login"; }

/// A first login waits without a reason; one that a session's end made necessary names it.
bool waits_because_a_session_ended(const state_change& c) {
  return (c.state == "awaiting_scan" || c.state == "awaiting_confirm") && !c.reason.empty();
}

/// What the store remembers is taken up again when the account starts, which looks like a change.
bool was_held_before(const state_change& c) { return c.state == "held" && c.previous == "stopped"; }

} // namespace

decider::decider(decision_rules rules, moment start) : rules_(rules), start_(start) {}

std::optional<kind> decider::condition_of(const account& a) const {
  if (a.state == "held") return a.reason == "kicked" ? kind::kicked : kind::held;
  if (a.state == "cooling_off") return kind::cooling_off;
  if (a.state == "needs_login") return kind::needs_scan;
  if (a.state == "online" && a.open && a.open->told) return kind::back_online;
  bool goes_on = a.condition == kind::needs_scan;
  if (a.state == "awaiting_scan" && (a.had_session || a.was_there || goes_on)) return kind::needs_scan;
  // A code ran out and the next one comes, or somebody has the phone in hand: not over yet.
  if ((a.state == "starting" || a.state == "awaiting_confirm") && goes_on) return kind::needs_scan;
  return std::nullopt;
}

bool decider::is_old(const account& a) const {
  return a.was_there && !a.had_session && a.condition == kind::needs_scan && waits_for_scan(a.state);
}

void decider::was_there(const state_change& c, moment now) {
  auto& a = accounts_[c.account];
  a = {};
  a.state = c.state;
  a.reason = c.reason;
  a.was_there = true;
  a.had_session = c.state == "online" || c.state == "degraded" || c.state == "throttled" ||
                  waits_because_a_session_ended(c);
  a.condition = condition_of(a);
  a.since = now;
  if (!a.condition) return;
  if (is_held(*a.condition) || is_old(a))
    a.open = problem{*a.condition, now.wall, a.state, a.reason, false};
  else
    pending_.insert(c.account);
}

void decider::state_changed(const state_change& c, moment now) {
  auto& a = accounts_[c.account];
  a.state = c.state;
  a.reason = c.reason;
  if (a.state == "online" || waits_because_a_session_ended(c)) a.had_session = true;
  auto condition = condition_of(a);
  if (condition != a.condition) {
    a.condition = condition;
    a.since = now;
    a.counted = false;
  }
  if (a.state == "stopped" || (a.state == "online" && a.open && !a.open->told)) close(c.account, a, now);
  if ((is_old(a) || was_held_before(c)) && !a.open)
    a.open = problem{*a.condition, now.wall, a.state, a.reason, false};
  if (a.condition)
    pending_.insert(c.account);
  else
    pending_.erase(c.account);
}

void decider::close(const std::string& name, account& a, moment now) {
  if (!a.open) return;
  notification n;
  n.what = kind::withdrawn;
  n.account = name;
  n.state = a.state;
  n.reason = a.reason;
  n.since = n.at = now.wall;
  n.ends = {a.open->what, a.open->since};
  out_.push_back(std::move(n));
  a.open.reset();
}

bool decider::judge(const std::string& name, account& a, moment now) {
  if (!a.condition) return true;
  auto what = *a.condition;
  // The same problem, still or again, and nobody was told that it is over.
  if (what != kind::back_online && a.open && a.open->what == what) return true;
  if (what == kind::needs_scan && !waits_for_scan(a.state)) return false;

  bool settles = what == kind::needs_scan || what == kind::back_online;
  auto due = a.since.steady + (settles ? rules_.settle : 0s);
  if (!is_held(what)) due = std::max(due, start_.steady + rules_.quiet_at_start);
  if (now.steady < due) return false;

  auto& told = a.told[static_cast<std::size_t>(what)];
  if (!a.counted) {
    a.counted = true;
    ++told.times;
  }
  if (told.at && now.steady < *told.at + rules_.repeat_after) return false;

  if (what != kind::back_online) close(name, a, now); // the problem that this one replaces
  notification n;
  n.what = what;
  n.account = name;
  n.state = a.state;
  n.reason = a.reason;
  n.since = a.since.wall;
  n.at = now.wall;
  n.count = told.times;
  if (a.open) n.ends = {a.open->what, a.open->since};
  told = {now.steady, 0};
  if (what == kind::back_online)
    a.open.reset();
  else
    a.open = problem{what, n.since, n.state, n.reason};
  out_.push_back(std::move(n));
  return true;
}

std::vector<notification> decider::take(moment now) {
  std::erase_if(pending_, [&](const std::string& name) { return judge(name, accounts_[name], now); });
  return std::exchange(out_, {});
}

void decider::counted(std::size_t running, std::size_t not_online, moment now) {
  bool is_down = not_online >= std::max<std::size_t>(rules_.fleet_down_least, 1) &&
                 not_online * 100 > running * rules_.fleet_down_percent;
  if (!is_down || now.steady >= start_.steady + fleet_has_to_come_up_within) fleet_armed_ = true;
  if (!fleet_armed_ || now.steady < start_.steady + rules_.quiet_at_start) return;
  fleet_open_.running = running;
  fleet_open_.not_online = not_online;
  if (is_down == fleet_is_down_) return fleet_turned_.reset();
  if (!fleet_turned_) {
    fleet_turned_ = now;
    fleet_counted_ = false;
  }
  if (now.steady < fleet_turned_->steady + rules_.fleet_down_for) return;
  if (is_down && !std::exchange(fleet_counted_, true)) ++fleet_told_.times;
  if (is_down && fleet_told_.at && now.steady < *fleet_told_.at + rules_.repeat_after) return;

  notification n;
  n.what = is_down ? kind::fleet_down : kind::fleet_recovered;
  n.since = fleet_turned_->wall;
  n.at = now.wall;
  n.running = running;
  n.not_online = not_online;
  if (is_down) {
    n.count = fleet_told_.times;
    fleet_told_ = {now.steady, 0};
    fleet_open_ = n;
  } else {
    n.ends = {kind::fleet_down, fleet_open_.since};
  }
  fleet_is_down_ = is_down;
  fleet_turned_.reset();
  out_.push_back(std::move(n));
}

void decider::keep_only(const std::set<std::string>& accounts, moment now) {
  for (auto it = accounts_.begin(); it != accounts_.end();) {
    if (accounts.contains(it->first)) {
      ++it;
      continue;
    }
    close(it->first, it->second, now);
    pending_.erase(it->first);
    it = accounts_.erase(it);
  }
}

std::vector<notification> decider::open() const {
  std::vector<notification> all;
  for (const auto& [name, a] : accounts_) {
    if (!a.open) continue;
    notification n;
    n.what = a.open->what;
    n.account = name;
    n.state = a.open->state;
    n.reason = a.open->reason;
    n.since = n.at = a.open->since;
    all.push_back(std::move(n));
  }
  if (fleet_is_down_) all.push_back(fleet_open_);
  return all;
}

} // namespace weixin::notify
