#include "runtime/supervised_children.hpp"

#include <algorithm>
#include <utility>

namespace weixin::runtime {

using verb = supervision_order::verb;

exit_kind exit_kind_of(const caf::error& reason) {
  if (!reason) return exit_kind::normal;
  if (reason == caf::exit_reason::user_shutdown) return exit_kind::shutdown;
  if (reason == caf::exit_reason::kill) return exit_kind::killed;
  return exit_kind::crash;
}

supervised_children::supervised_children(caf::local_actor& owner, supervision_options options, observer o)
    : owner_(owner), supervision_(options), observer_(std::move(o)) {}

void supervised_children::add(child_spec spec, starter start) {
  records_[spec.id].start = std::move(start);
  carry_out(supervision_.add(std::move(spec)));
}

bool supervised_children::handle_down(const caf::down_msg& down) {
  auto found = ids_.find(down.source);
  if (found == ids_.end()) return false;
  auto id = found->second;
  let_go(records_.at(id));
  exited(id, exit_kind_of(down.reason));
  return true;
}

void supervised_children::lost(const std::string& id) { exited(id, exit_kind::lost_heartbeat); }

void supervised_children::exited(const std::string& id, exit_kind kind) {
  bool may_return = !supervision_.is_wanted(id) || observer_.ended(id, kind);
  carry_out(supervision_.exited(id, kind, owner_.clock().now(), !may_return));
}

void supervised_children::stop(const std::vector<std::string>& ids, std::function<void()> done) {
  waiting_stop waiting{{}, std::move(done)};
  for (const auto& id : ids)
    if (records_.contains(id)) waiting.ids.push_back(id);
  if (waiting.done) stops_.push_back(std::move(waiting));
  carry_out(supervision_.stop(ids));
}

void supervised_children::stop_all(std::function<void()> done) {
  when_all_ended_ = std::move(done);
  carry_out(supervision_.stop_all());
}

void supervised_children::end_now() {
  auto all = supervision_.ids();
  for (auto id = all.rbegin(); id != all.rend(); ++id) {
    auto& r = records_.at(*id);
    if (!r.handle) continue;
    observer_.stopping(*id);
    caf::anon_send_exit(caf::actor_cast<caf::actor>(r.handle), caf::exit_reason::user_shutdown);
    let_go(r);
  }
}

void supervised_children::beat(std::uint64_t number, std::uint64_t patience) {
  last_beat_ = number;
  std::vector<std::string> silent;
  for (const auto& [id, r] : records_) {
    if (!r.handle || !supervision_.is_wanted(id)) continue;
    if (number - r.answered > patience)
      silent.push_back(id);
    else
      caf::anon_send(caf::actor_cast<caf::actor>(r.handle), heartbeat{number});
  }
  for (const auto& id : silent)
    lost(id);
}

void supervised_children::heard(const caf::strong_actor_ptr& sender, std::uint64_t number) {
  if (!sender) return;
  auto found = ids_.find(caf::actor_cast<caf::actor_addr>(sender));
  if (found != ids_.end()) records_.at(found->second).answered = number;
}

caf::strong_actor_ptr supervised_children::handle(const std::string& id) const {
  auto found = records_.find(id);
  return found == records_.end() || !supervision_.is_wanted(id) ? nullptr : found->second.handle;
}

// -- carrying out
// -----------------------------------------------------------------------------------------------

void supervised_children::carry_out(const child_supervision::orders& orders) {
  for (const auto& o : orders)
    obey(o);
  // What is called back may ask for more: nothing of this object is touched afterwards.
  auto all = std::exchange(stops_, {});
  std::vector<std::function<void()>> done;
  for (auto& s : all) {
    if (s.ids.empty())
      done.push_back(std::move(s.done));
    else
      stops_.push_back(std::move(s));
  }
  if (!orders.empty() && orders.back().what == verb::ended)
    done.push_back(std::exchange(when_all_ended_, {}));
  else if (!orders.empty() && orders.back().what == verb::gave_up)
    done.push_back(observer_.gave_up);
  for (const auto& f : done)
    if (f) f();
}

void supervised_children::obey(const supervision_order& order) {
  switch (order.what) {
  case verb::start:
    return start(order.id);
  case verb::start_later:
    return arm(order.id, order.time, &child_supervision::delay_over);
  case verb::stop:
  case verb::kill: {
    auto& r = records_.at(order.id);
    if (r.handle) {
      observer_.stopping(order.id);
      caf::anon_send_exit(caf::actor_cast<caf::actor>(r.handle), order.what == verb::kill
                                                                     ? caf::exit_reason::kill
                                                                     : caf::exit_reason::user_shutdown);
    }
    return arm(order.id, order.time, &child_supervision::overdue);
  }
  case verb::abandon:
    log_error("child.abandoned", {{"supervisor", owner_.name()}, {"child", order.id}});
    return let_go(records_.at(order.id));
  case verb::gone:
    records_.erase(order.id);
    return no_longer_there(order.id);
  case verb::gave_up:
  case verb::ended:
    records_.clear();
    for (auto& s : stops_)
      s.ids.clear();
    return;
  }
}

void supervised_children::start(const std::string& id) {
  auto& r = records_.at(id);
  r.timer = ++last_timer_;
  no_longer_there(id);
  try {
    r.handle = r.start();
  } catch (const std::exception& e) {
    log_error("child.not_started",
              {{"supervisor", owner_.name()}, {"child", id}, {"type", typeid(e).name()}});
  }
  if (!r.handle) {
    // A turn later: a child that can never be started must not keep its supervisor from everything else.
    return later({}, [this, id, t = r.timer] {
      auto found = records_.find(id);
      if (found != records_.end() && found->second.timer == t) exited(id, exit_kind::crash);
    });
  }
  r.answered = last_beat_;
  ids_[caf::actor_cast<caf::actor_addr>(r.handle)] = id;
  owner_.monitor(r.handle);
}

void supervised_children::arm(const std::string& id, std::chrono::milliseconds delay,
                              child_supervision::orders (child_supervision::*then)(const std::string&)) {
  later(delay, [this, id, then, t = records_.at(id).timer = ++last_timer_] {
    auto found = records_.find(id);
    if (found != records_.end() && found->second.timer == t) carry_out((supervision_.*then)(id));
  });
}

void supervised_children::later(std::chrono::milliseconds delay, std::function<void()> what) {
  auto self = caf::actor_cast<caf::actor>(owner_.ctrl());
  if (delay.count() == 0)
    caf::anon_send(self, continuation{std::move(what)});
  else
    caf::delayed_anon_send(self, delay, continuation{std::move(what)});
}

void supervised_children::let_go(record& r) {
  r.timer = ++last_timer_;
  if (!r.handle) return;
  auto address = caf::actor_cast<caf::actor_addr>(r.handle);
  owner_.demonitor(address);
  ids_.erase(address);
  r.handle = nullptr;
}

/// For those who wait for a stop: the child is gone, or its successor starts.
void supervised_children::no_longer_there(const std::string& id) {
  for (auto& s : stops_)
    std::erase(s.ids, id);
}

} // namespace weixin::runtime
