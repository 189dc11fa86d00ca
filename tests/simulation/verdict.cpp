#include "tests/simulation/verdict.hpp"

#include <algorithm>

namespace weixin::simulation {
namespace {

using weixin::store::send_state;
using weixin::store::unknown_policy;

/// The last good poll may be a minute old, and the supervisor looks every few seconds.
constexpr auto oldest_poll_of_online = 60s + 20s;

/// Breaches of the protocol that no fault of the network excuses.
constexpr simulator::violation_kind inexcusable[] = {simulator::violation_kind::unknown_host,
                                                     simulator::violation_kind::wrong_method,
                                                     simulator::violation_kind::unknown_endpoint,
                                                     simulator::violation_kind::bad_device_id,
                                                     simulator::violation_kind::bad_user_agent,
                                                     simulator::violation_kind::bad_pass_ticket,
                                                     simulator::violation_kind::bad_body,
                                                     simulator::violation_kind::unknown_user_name,
                                                     simulator::violation_kind::repeated_client_msg_id};

template <class T, class Ask>
T answer_of(Ask ask) {
  T answer{};
  ask([&](result<T> r) {
    if (r) answer = std::move(*r);
  });
  return answer;
}

void check_accounts(world& w) {
  for (const auto& a : w.fleet->accounts()) {
    if (a.state != "online") w.eyes.breach(a.name + " is " + a.state + " (" + a.reason + ") at the end");
    if (a.queue != 0) w.eyes.breach(a.name + " still has a queue of " + std::to_string(a.queue));
  }
  if (w.fleet->accounts().size() != w.options().accounts) w.eyes.breach("an account is gone");
  for (const auto& what : w.fatal)
    w.eyes.breach("the server gave up: " + what);
}

void check_inbox(world& w, const callers& c) {
  for (const auto& [account, messages] : c.injected()) {
    const auto& stored = w.eyes.stored(account);
    for (const auto& id : messages)
      if (!stored.contains(id) && !w.eyes.was_never_shown(id)) w.eyes.breach(account + " lost message " + id);
    std::set<std::string> kept;
    std::int64_t after = 0;
    while (true) {
      auto page = answer_of<std::vector<weixin::store::stored_message>>([&](auto done) {
        w.disk->read_inbox({account, after, 500, ""}, done);
      });
      if (page.empty()) break;
      for (const auto& m : page) {
        if (!kept.insert(m.msg_id).second) w.eyes.breach(account + " keeps message " + m.msg_id + " twice");
        after = m.seq;
      }
    }
    // A clock that is a year behind when something is stored makes it a year old once the clock is right.
    if (kept != stored && !w.was_far_behind) w.eyes.breach(account + ": the inbox is not what was stored");
    auto positions = answer_of<weixin::store::inbox_positions>(
        [&](auto done) { w.disk->inbox_positions_of(account, done); });
    for (const auto& [consumer, seq] : positions.consumers)
      if (seq < positions.end) w.eyes.breach(account + ": " + consumer + " has not read everything");
  }
  auto ledger = w.weixin.state().book.summary();
  if (ledger.misdirected != 0)
    w.eyes.breach("answers in a wrong chat: " + std::to_string(ledger.misdirected));
}

void check_send(world& w, const std::string& id, const witness::send_history& s) {
  auto taken = w.eyes.taken(s.account, s.text);
  auto say = [&](const std::string& what) {
    w.eyes.breach(s.account + ": " + id + " is " + std::string{weixin::store::to_string(s.state)} + ", " +
                  what + " (taken " + std::to_string(taken) + " times, left " + std::to_string(s.left) +
                  "; " + s.life + ")");
  };
  bool may_repeat = s.decided_by_operator || s.if_unknown == unknown_policy::resend;
  switch (s.state) {
  case send_state::queued:
  case send_state::attempting:
    return say("which is no end");
  case send_state::sent:
    if (s.decided_by_operator) return;
    if (taken == 0) say("but the service never took it");
    if (s.msg_id.empty()) say("without the service's id");
    return;
  // Also when nothing left: a crash between the store and the network cannot be told from one after it.
  case send_state::unknown:
    return;
  case send_state::refused:
  case send_state::expired:
    if (taken != 0 && !may_repeat) say("but the service took it");
    return;
  }
}

void check_sends(world& w, const callers& c) {
  for (const auto& [id, s] : w.eyes.sends())
    check_send(w, id, s);
  for (const auto& [number, r] : c.requests()) {
    if (r.id.empty()) {
      if (!r.given_up)
        w.eyes.breach(r.account + ": request " + std::to_string(number) + " was never answered");
      continue;
    }
    auto kept = answer_of<std::optional<weixin::store::send_record>>(
        [&](auto done) { w.disk->find_send(r.account, r.id, done); });
    auto seen = w.eyes.sends().find(r.id);
    if (!kept && w.was_far_behind) continue;
    if (!kept || seen == w.eyes.sends().end())
      w.eyes.breach(r.account + " lost the accepted send " + r.id);
    else if (kept->state != seen->second.state)
      w.eyes.breach(r.account + ": the store changed " + r.id + " by itself");
    else if (kept->content != r.what.content)
      w.eyes.breach(r.account + ": " + r.id + " has another text");
  }
}

} // namespace

void check_present_state(world& w) {
  if (!w.is_running()) return;
  for (const auto& a : w.fleet->accounts()) {
    if (a.state != "online") continue;
    auto polled = w.eyes.last_good_poll(a.name);
    if (!polled || w.time.now() - *polled > oldest_poll_of_online)
      w.eyes.breach(a.name + " is shown online without a good poll for so long");
  }
}

void check_final_state(world& w, const callers& c) {
  check_accounts(w);
  check_inbox(w, c);
  check_sends(w, c);
  const auto& violations = w.weixin.state().violations;
  for (auto kind : inexcusable)
    if (violations.count(kind) != 0) {
      std::string what{simulator::to_string(kind)};
      violations.newest().visit_after(0, simulator::violation_log::max_violations,
                                      [&](std::uint64_t, const auto& v) {
                                        if (v.kind == kind && what.size() < 200)
                                          what += " in " + v.endpoint + ": " + v.detail;
                                      });
      w.eyes.breach("the protocol was broken " + std::to_string(violations.count(kind)) + " times: " + what);
    }
}

} // namespace weixin::simulation
