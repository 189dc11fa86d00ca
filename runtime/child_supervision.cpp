#include "runtime/child_supervision.hpp"

#include <utility>

namespace weixin::runtime {

using verb = supervision_order::verb;

std::string_view to_string(supervision_order::verb v) noexcept {
  switch (v) {
  case verb::start:
    return "start";
  case verb::start_later:
    return "start_later";
  case verb::stop:
    return "stop";
  case verb::kill:
    return "kill";
  case verb::abandon:
    return "abandon";
  case verb::gone:
    return "gone";
  case verb::gave_up:
    return "gave_up";
  case verb::ended:
    return "ended";
  }
  return "?";
}

child_supervision::child_supervision(supervision_options options) : options_(options) {
  if (options_.limit) window_.emplace(*options_.limit);
}

void child_supervision::forget_restarts() {
  if (options_.limit) window_.emplace(*options_.limit);
}

child_supervision::child* child_supervision::find(const std::string& id) {
  auto found = places_.find(id);
  return found == places_.end() ? nullptr : &children_.at(found->second);
}

bool child_supervision::is_running(const std::string& id) const {
  auto found = places_.find(id);
  return found != places_.end() && children_.at(found->second).now == phase::running;
}

bool child_supervision::is_wanted(const std::string& id) const {
  return is_running(id) && !to_stop_.contains(places_.at(id)) && !ending_;
}

std::vector<std::string> child_supervision::ids() const {
  std::vector<std::string> all;
  for (const auto& [where, c] : children_)
    all.push_back(c.spec.id);
  return all;
}

// -- what happens
// -----------------------------------------------------------------------------------------------

child_supervision::orders child_supervision::add(child_spec spec) {
  orders out;
  if (ending_) return out;
  if (auto* present = find(spec.id)) {
    if (!present->for_good) return out;
    // Its predecessor is on its way out: it starts when that one is down.
    present->for_good = false;
    to_start_.insert(places_.at(spec.id));
    present->spec = std::move(spec);
  } else {
    auto where = next_place_++;
    places_[spec.id] = where;
    children_[where].spec = std::move(spec);
    to_start_.insert(where);
  }
  advance(out);
  return out;
}

child_supervision::orders child_supervision::exited(const std::string& id, exit_kind kind, time_point now,
                                                    bool for_good) {
  orders out;
  auto found = places_.find(id);
  if (found == places_.end()) return out;
  auto where = found->second;
  auto& c = children_.at(where);
  if (c.now == phase::down || c.now == phase::waiting) return out;
  bool is_there = kind == exit_kind::lost_heartbeat;
  if (!is_wanted(id)) {
    if (is_there) return out; // its deadline runs already, or its turn will come
    went_down(where, out);
    advance(out);
    return out;
  }

  if (for_good || !must_restart(c, kind)) {
    c.for_good = for_good || c.spec.restart == restart_kind::temporary;
  } else if (window_ && !window_->note(now)) {
    ending_ = verb::gave_up;
    to_start_.clear();
    for (const auto& [other, sibling] : children_)
      request_stop(other, true);
  } else {
    c.delay = c.spec.restart_delay.count() > 0;
    restart_group(where);
  }
  if (is_there) {
    to_stop_.erase(where);
    in_flight_.insert(where);
    kill(c, out);
  } else {
    went_down(where, out);
  }
  advance(out);
  return out;
}

child_supervision::orders child_supervision::overdue(const std::string& id) {
  orders out;
  auto* c = find(id);
  if (c == nullptr) return out;
  if (c->now == phase::stopping) {
    kill(*c, out);
  } else if (c->now == phase::dying) {
    out.push_back({verb::abandon, id});
    went_down(places_.at(id), out);
    advance(out);
  }
  return out;
}

child_supervision::orders child_supervision::delay_over(const std::string& id) {
  orders out;
  auto* c = find(id);
  if (c == nullptr || c->now != phase::waiting) return out;
  c->now = phase::down;
  advance(out);
  return out;
}

child_supervision::orders child_supervision::stop(const std::vector<std::string>& ids) {
  orders out;
  for (const auto& id : ids) {
    auto found = places_.find(id);
    if (found == places_.end()) continue;
    auto where = found->second;
    request_stop(where, true);
    if (children_.at(where).now == phase::down) went_down(where, out);
  }
  advance(out);
  return out;
}

child_supervision::orders child_supervision::stop_all() {
  orders out;
  if (ending_) return out;
  ending_ = verb::ended;
  to_start_.clear();
  for (const auto& [where, c] : children_)
    request_stop(where, true);
  advance(out);
  return out;
}

// -- what follows
// -----------------------------------------------------------------------------------------------

bool child_supervision::must_restart(const child& c, exit_kind kind) const {
  switch (c.spec.restart) {
  case restart_kind::permanent:
    return true;
  case restart_kind::transient:
    return is_fault(kind);
  case restart_kind::temporary:
    return false;
  }
  return false;
}

/// The failed child and those that its strategy takes along. As in OTP, a temporary child that is taken along
/// does not come back, and a transient one comes back even if it had ended well.
void child_supervision::restart_group(place failed) {
  to_start_.insert(failed);
  if (options_.strategy == restart_strategy::one_for_one) return;
  auto first =
      options_.strategy == restart_strategy::one_for_all ? children_.begin() : children_.find(failed);
  for (auto at = first; at != children_.end(); ++at) {
    auto& [where, c] = *at;
    if (where == failed || c.for_good) continue;
    bool comes_back = c.spec.restart != restart_kind::temporary;
    request_stop(where, !comes_back);
    if (comes_back) to_start_.insert(where);
  }
}

/// Notes that a child has to end; one that is down has nothing to end.
void child_supervision::request_stop(place where, bool for_good) {
  auto& c = children_.at(where);
  if (for_good) {
    c.for_good = true;
    to_start_.erase(where);
  }
  if (c.now == phase::running) to_stop_.insert(where);
  if (c.now == phase::waiting) c.now = phase::down;
}

void child_supervision::went_down(place where, orders& out) {
  auto& c = children_.at(where);
  c.now = phase::down;
  in_flight_.erase(where);
  to_stop_.erase(where);
  if (!c.for_good) return;
  if (!ending_) out.push_back({verb::gone, c.spec.id});
  places_.erase(c.spec.id);
  to_start_.erase(where);
  children_.erase(where);
}

void child_supervision::ask_to_stop(place where, orders& out) {
  auto& c = children_.at(where);
  to_stop_.erase(where);
  in_flight_.insert(where);
  if (c.spec.stop_deadline.count() == 0) return kill(c, out);
  c.now = phase::stopping;
  out.push_back({verb::stop, c.spec.id, c.spec.stop_deadline});
}

void child_supervision::kill(child& c, orders& out) {
  c.now = phase::dying;
  out.push_back({verb::kill, c.spec.id, options_.kill_deadline});
}

void child_supervision::advance(orders& out) {
  advance_stops(out);
  if (ending_) {
    if (!to_stop_.empty() || !in_flight_.empty()) return;
    places_.clear();
    children_.clear();
    out.push_back({*std::exchange(ending_, std::nullopt), ""});
    return;
  }
  advance_starts(out);
}

void child_supervision::advance_stops(orders& out) {
  while (!to_stop_.empty() && (options_.stops_together || in_flight_.empty()))
    ask_to_stop(*to_stop_.rbegin(), out);
}

void child_supervision::advance_starts(orders& out) {
  bool each_alone = options_.strategy == restart_strategy::one_for_one;
  if (!each_alone && (!to_stop_.empty() || !in_flight_.empty())) return;
  for (auto at = to_start_.begin(); at != to_start_.end();) {
    auto& c = children_.at(*at);
    if (c.now == phase::down && std::exchange(c.delay, false)) {
      c.now = phase::waiting;
      out.push_back({verb::start_later, c.spec.id, c.spec.restart_delay});
    }
    if (c.now != phase::down) {
      // In a group, those behind wait for it.
      if (!each_alone) return;
      ++at;
      continue;
    }
    c.now = phase::running;
    out.push_back({verb::start, c.spec.id});
    at = to_start_.erase(at);
  }
}

} // namespace weixin::runtime
