#include "supervisor/account_supervisor.hpp"

#include "actors/login.hpp"
#include "actors/media_fetcher.hpp"
#include "actors/sender.hpp"
#include "actors/sync_poller.hpp"
#include "protocol/webwx/login.hpp"
#include "protocol/webwx/logout.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace weixin::supervisor {

namespace {

using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

/// Generations that login_timer_ never reaches by counting.
constexpr std::uint64_t beat_timer = ~std::uint64_t{0};
constexpr std::uint64_t sender_timer = beat_timer - 1;

constexpr auto beat_period = 5s;
constexpr auto sender_restart_delay = 1s;
/// A child is asked for a heartbeat at every third beat; two unanswered ones end it.
constexpr std::uint64_t beats_to_heartbeat = 3;
constexpr std::uint64_t heartbeats_missed = 2;
/// While Weixin says "too frequent", polls keep this distance.
constexpr milliseconds throttled_poll_distance = 30s;

metrics::logout_reason logout_reason_of(const error& e) {
  switch (e.ret) {
  case 1100:
    return metrics::logout_reason::session_unknown;
  case 1101:
    return metrics::logout_reason::session_invalid;
  default:
    return metrics::logout_reason::cookie_invalid;
  }
}

} // namespace

account_supervisor::account_supervisor(caf::actor_config& cfg, std::shared_ptr<const services> service,
                                       account_setup setup)
    : actor_base(cfg), service_(std::move(service)), setup_(std::move(setup)),
      random_(service_->seed ^ std::hash<std::string>{}(setup_.record.name)) {}

account_supervisor::behavior_type account_supervisor::make_behavior() {
  // Not in the constructor, which runs on the spawner's thread: the HTTPS client belongs to this shard.
  context_ = std::make_shared<account_context>(setup_.record.name, service_, setup_.status, shard_index());
  context_->bots = setup_.record.bots;
  context_->router = setup_.router;
  set_down_handler([this](caf::down_msg& down) { child_ended(down); });
  set_exit_handler([this](caf::exit_msg& e) {
    stop_session_children();
    stop_child(child::sender);
    // The context and the actors in it hold each other: this ends the cycle.
    context_->sender = nullptr;
    context_->router = nullptr;
    context_->http->close();
    quit(e.reason);
  });
  if (setup_.record.uin != 0) setup_.claims->claim(setup_.record.uin, context_->name);
  start_sender();
  after(beat_period, timer{beat_timer});
  if (setup_.record.desired == store::desired_state::running) apply(event::run{});
  context_->metrics->set_state(policy_.state);

  // A child that was ended may have said something before it went: only the present ones are listened to.
  return {[this](const qr_issued& qr) {
            if (!is_from(child::login)) return;
            context_->status->set_qr(
                pending_qr{qr.uuid, webwx::qr_text(qr.uuid), service_->clock->now(), ++qr_attempt_});
            boost::json::object data{{"account", context_->name},
                                     {"at", to_rfc3339(service_->clock->now())},
                                     {"attempt", qr_attempt_}};
            service_->events->publish("qr", context_->name, service_->clock->now(),
                                      [text = boost::json::serialize(data)] { return text; });
            apply(event::qr_shown{});
          },
          [this](qr_scanned) {
            if (is_from(child::login)) apply(event::scanned{});
          },
          [this](const login_done& login) {
            if (is_from(child::login)) logged_in(login);
          },
          [this](polled p) {
            if (!is_from(child::poller)) return;
            auto wall = service_->clock->now();
            context_->status->last_poll_ms = to_milliseconds(wall);
            context_->metrics->set_last_sync(wall);
            apply(event::good_poll{p.synccheck});
          },
          [this](const child_failed& f) {
            if (is_from(f.who)) failure_of(f.who, f.what);
          },
          [this](const send_hit& hit) {
            // A dead session ends every call of it: only the first one counts.
            if (is_from(child::sender) && policy_.has_session) failure_of(child::sender, hit.what);
          },
          [this](heartbeat_ack ack) {
            for (auto& [who, c] : children_)
              if (c.handle == current_sender()) c.answered = ack.number;
          },
          [this](timer t) {
            if (t.generation == beat_timer) return beat();
            if (t.generation == sender_timer) return start_sender();
            if (t.generation == login_timer_) {
              ++login_timer_;
              restart(failed_child_);
            }
          },
          [this](const account_request& r) { r.run(*this); },
          run_continuations()};
}

bool account_supervisor::is_from(child who) {
  auto found = children_.find(who);
  return found != children_.end() && found->second.handle == current_sender();
}

// -- policy
// -------------------------------------------------------------------------------------------------------

void account_supervisor::apply(const policy_event& e) {
  auto before = policy_.state;
  auto reason_before = policy_.reason;
  auto d = decide(
      policy_, e, now(), random_, setup_.limits,
      context_->session ? static_cast<unsigned>(webwx::push_candidates(context_->session->host).size()) : 1U);
  show_state(before, reason_before);
  carry_out(d);
}

void account_supervisor::show_state(account_state before, const std::string& reason_before) {
  if (policy_.state != account_state::awaiting_scan && policy_.state != account_state::awaiting_confirm)
    context_->status->set_qr(std::nullopt);
  if (policy_.state == before && policy_.reason == reason_before) return;
  auto wall = service_->clock->now();
  context_->status->update([&](account_view& v) {
    if (policy_.state != before) v.state_since = wall;
    v.state = to_string(policy_.state);
    v.reason = policy_.reason;
    v.retry_at.reset();
    if (policy_.until) v.retry_at = wall + duration_cast<wall_time::duration>(*policy_.until - now());
  });
  if (policy_.state == before) return;
  context_->metrics->set_state(policy_.state);
  log_info("account.state", {{"account", context_->name},
                             {"from", to_string(before)},
                             {"to", to_string(policy_.state)},
                             {"reason", policy_.reason}});
  boost::json::object data{{"account", context_->name},
                           {"at", to_rfc3339(wall)},
                           {"state", to_string(policy_.state)},
                           {"previous", to_string(before)},
                           {"reason", policy_.reason}};
  service_->events->publish("state", context_->name, wall,
                            [text = boost::json::serialize(data)] { return text; });
}

void account_supervisor::failure_of(child who, const error& e) {
  failed_child_ = who;
  if (is_transient(e.code))
    log_debug("call.failed",
              {{"account", context_->name}, {"child", to_string(who)}, {"error", to_string(e)}});
  else
    log_warn("call.failed",
             {{"account", context_->name}, {"child", to_string(who)}, {"error", to_string(e)}});
  if (e.code == errc::session_ended) {
    context_->metrics->logged_out(logout_reason_of(e));
  } else if (e.code == errc::login_expired) {
    service_->metrics->login_finished(metrics::login_result::qr_expired, 0s);
  } else if (e.code == errc::login_cancelled) {
    service_->metrics->login_finished(metrics::login_result::cancelled, 0s);
  } else if (e.code == errc::barred || e.code == errc::login_refused) {
    service_->metrics->login_finished(metrics::login_result::refused, 0s);
  }
  apply(event::failure{e});
}

void account_supervisor::carry_out(const decision& d) {
  if (d.alert)
    log_warn("account.attention",
             {{"account", context_->name}, {"state", to_string(policy_.state)}, {"reason", policy_.reason}});
  switch (d.what) {
  case action::none:
    return;
  case action::start_login:
    return start_login(d.delay);
  case action::start_children:
    return start_session_children();
  case action::retry: {
    auto delay = duration_cast<std::chrono::nanoseconds>(d.delay);
    if (d.reconnect) delay += service_->reconnects->take(now());
    // The sender has its own way of waiting; only login and poller wait to be told.
    if (failed_child_ != child::sender) after(delay, timer{++login_timer_});
    return;
  }
  case action::next_push_host: {
    auto& session = *context_->session;
    auto candidates = webwx::push_candidates(session.host);
    session.host.push = candidates[policy_.push_hosts_tried % candidates.size()];
    log_info("push_host.next", {{"account", context_->name}, {"host", session.host.push}});
    return restart(failed_child_);
  }
  case action::restart_child:
    return; // child_ended does it: it knows which
  case action::stop_children:
    stop_session_children();
    if (policy_.state == account_state::cooling_off) after(d.delay, timer{++login_timer_});
    return;
  case action::throttle:
    send(context_->sender, send_gate{true, now() + d.delay, false});
    polls_slowly_ = true;
    if (poller_) send(poller_, poll_distance{throttled_poll_distance});
    if (failed_child_ != child::sender) after(throttled_poll_distance, timer{++login_timer_});
    return;
  }
}

// -- children
// -----------------------------------------------------------------------------------------------------

std::uint64_t account_supervisor::child_seed() { return random_(); }

template <class Actor, class... Args>
auto account_supervisor::start_child(child who, Args&&... args) {
  stop_child(who);
  auto handle = spawn<Actor>(context_, account_actor{this}, child_seed(), std::forward<Args>(args)...);
  monitor(handle);
  children_[who] = {caf::actor_cast<caf::strong_actor_ptr>(handle), beat_number_};
  return handle;
}

void account_supervisor::start_sender() {
  context_->sender = start_child<weixin::sender>(child::sender);
  if (policy_.has_session && policy_.running) open_gate(false);
}

void account_supervisor::start_login(milliseconds delay) {
  stop_session_children();
  context_->session.reset();
  failed_child_ = child::login;
  auto wait = duration_cast<std::chrono::nanoseconds>(delay) + service_->logins->take(now());
  ++login_timer_;
  if (wait.count() == 0) return restart(child::login);
  after(wait, timer{login_timer_});
}

void account_supervisor::start_session_children() {
  stop_session_children();
  context_->media = start_child<media_fetcher>(child::media);
  start_poller();
  open_gate(false);
}

void account_supervisor::start_poller() { poller_ = start_child<sync_poller>(child::poller); }

/// Starts the child, or tells it to try again when it is there.
void account_supervisor::restart(child who) {
  if (policy_.state == account_state::cooling_off) return apply(event::due{});
  if (!policy_.running) return;
  auto found = children_.find(who);
  if (found != children_.end()) {
    if (who == child::login || who == child::poller)
      caf::anon_send(caf::actor_cast<login_actor>(found->second.handle), try_again{});
    return;
  }
  switch (who) {
  case child::login:
    start_child<login>(child::login);
    return;
  case child::poller:
    if (context_->session) start_poller();
    return;
  case child::sender:
    start_sender();
    return;
  case child::media:
    if (context_->session) context_->media = start_child<media_fetcher>(child::media);
    return;
  }
}

void account_supervisor::stop_child(child who) {
  auto found = children_.find(who);
  if (found == children_.end()) return;
  demonitor(found->second.handle->address());
  caf::anon_send_exit(caf::actor_cast<caf::actor>(found->second.handle), caf::exit_reason::user_shutdown);
  children_.erase(found);
}

void account_supervisor::stop_session_children() {
  ++login_timer_;
  close_gate();
  for (auto who : {child::poller, child::media, child::login})
    stop_child(who);
  poller_ = nullptr;
  context_->media = nullptr;
  // The sender's call, if one is under way, may have reached Weixin: it is told so by the cancelled call.
  context_->http->close();
}

void account_supervisor::child_ended(const caf::down_msg& down) {
  auto found = std::find_if(children_.begin(), children_.end(),
                            [&](const auto& c) { return c.second.handle->address() == down.source; });
  if (found == children_.end()) return;
  auto who = found->first;
  children_.erase(found);
  if (!down.reason || down.reason == caf::exit_reason::normal) return; // the login is done
  log_error("child.crashed", {{"account", context_->name}, {"child", to_string(who)}});
  child_lost(who, metrics::restart_reason::exception);
}

void account_supervisor::child_lost(child who, metrics::restart_reason why) {
  context_->metrics->actor_restarted(why);
  ++context_->status->restarts;
  apply(event::crash{});
  bool restart_now = policy_.running && policy_.state != account_state::cooling_off;
  if (restart_now) return restart(who);
  // The sender is there even when the rest is not: what is queued must be visible. But not in a tight loop.
  if (who == child::sender) after(sender_restart_delay, timer{sender_timer});
}

void account_supervisor::beat() {
  after(beat_period, timer{beat_timer});
  apply(event::tick{});
  if (polls_slowly_ && policy_.state != account_state::throttled) {
    polls_slowly_ = false;
    if (poller_) send(poller_, poll_distance{});
  }
  if (++beat_number_ % beats_to_heartbeat != 0) return;
  std::vector<child> silent;
  for (auto& [who, c] : children_) {
    if (beat_number_ - c.answered > beats_to_heartbeat * heartbeats_missed)
      silent.push_back(who);
    else
      caf::anon_send(caf::actor_cast<login_actor>(c.handle), heartbeat{beat_number_});
  }
  for (auto who : silent) {
    log_error("child.silent", {{"account", context_->name}, {"child", to_string(who)}});
    stop_child(who);
    child_lost(who, metrics::restart_reason::heartbeat);
  }
}

void account_supervisor::open_gate(bool new_session) {
  send(context_->sender, send_gate{true, {}, new_session});
}
void account_supervisor::close_gate() { send(context_->sender, send_gate{false, {}, false}); }

// -- login
// --------------------------------------------------------------------------------------------------------

void account_supervisor::logged_in(const login_done& login) {
  auto uin = login.session->uin;
  stop_child(child::login);
  if (setup_.record.uin != 0 && setup_.record.uin != uin)
    return failure_of(child::login, fail(errc::different_user, "login"));
  if (!setup_.claims->claim(uin, context_->name))
    return failure_of(child::login, fail(errc::duplicate_user, "login"));

  context_->session = login.session;
  ++context_->session_number;
  // The session number alone repeats after a restart of the program: the login's time makes references
  // unique.
  auto number = static_cast<std::uint64_t>(to_milliseconds(service_->clock->now()));
  context_->contacts.begin_session(number, login.session->user_name);
  for (auto& c : *login.contacts)
    context_->contacts.put(std::move(c));
  service_->users->add(login.session->nick_name);
  context_->metrics->set_session_start(service_->clock->now());
  context_->status->update([&](account_view& v) { v.nickname = login.session->nick_name; });
  qr_attempt_ = 0;
  service_->store->save_session(context_->name, *login.session, [](result<void> r) {
    if (!r) log_error("session.not_stored", {{"errc", to_string(r.error().code)}});
  });
  if (setup_.record.uin == 0) {
    setup_.record.uin = uin;
    store_record([](result<account_view>) {});
  }
  log_info("account.logged_in", {{"account", context_->name}, {"contacts", context_->contacts.size()}});
  apply(event::logged_in{});
  start_session_children();
  open_gate(true);
}

// -- the fleet's requests
// -----------------------------------------------------------------------------------------

void account_supervisor::command(account_command c, view_reply reply) {
  log_info("account.command", {{"account", context_->name}, {"command", to_string(c)}});
  qr_attempt_ = 0;
  switch (c) {
  case account_command::pause:
    apply(event::halt{"paused"});
    return set_desired(store::desired_state::paused, std::move(reply));
  case account_command::resume:
    if (policy_.state == account_state::stopped || policy_.state == account_state::held ||
        policy_.state == account_state::needs_login)
      apply(event::run{});
    return set_desired(store::desired_state::running, std::move(reply));
  case account_command::restart:
    ++context_->status->restarts;
    context_->metrics->actor_restarted(metrics::restart_reason::requested);
    stop_child(child::sender);
    start_sender();
    apply(event::run{});
    return set_desired(store::desired_state::running, std::move(reply));
  case account_command::relogin:
    apply(event::relogin{});
    return set_desired(store::desired_state::running, std::move(reply));
  case account_command::logout:
    return log_out(std::move(reply));
  }
}

void account_supervisor::log_out(view_reply reply) {
  auto session = context_->session;
  if (session) {
    // What Weixin answers does not matter: the session is forgotten here either way.
    context_->metrics->logged_out(metrics::logout_reason::user);
    call(
        context_, session, webwx::endpoint::webwxlogout, webwx::make_logout(*session),
        [this](auto f) { return inside(std::move(f)); }, webwx::parse_logout,
        [this](result<void>) {
          if (policy_.state == account_state::stopped) context_->http->close();
        });
  }
  // Not through stop_session_children's close: it would cancel the logout itself.
  close_gate();
  for (auto who : {child::poller, child::media, child::login})
    stop_child(who);
  auto before = policy_.state;
  auto reason_before = policy_.reason;
  decide(policy_, event::halt{"logged out", false}, now(), random_, setup_.limits);
  context_->session.reset();
  ++login_timer_;
  show_state(before, reason_before);
  service_->store->save_session(context_->name, std::nullopt, [](result<void>) {});
  set_desired(store::desired_state::paused, std::move(reply));
}

void account_supervisor::set_bots(std::vector<std::string> bots, view_reply reply) {
  setup_.record.bots = bots;
  context_->bots = bots;
  context_->status->update([&](account_view& v) { v.bots = bots; });
  store_record(std::move(reply));
}

void account_supervisor::set_desired(store::desired_state desired, view_reply reply) {
  setup_.record.desired = desired;
  context_->status->update(
      [&](account_view& v) { v.desired = desired == store::desired_state::running ? "running" : "paused"; });
  store_record(std::move(reply));
}

void account_supervisor::store_record(view_reply reply) {
  service_->store->update_account(setup_.record,
                                  inside([this, reply = std::move(reply)](result<void> stored) {
                                    if (!stored) return reply(stored.error());
                                    reply(context_->status->view());
                                  }));
}

void account_supervisor::submit(submit_text text) {
  if (!context_->sender)
    return text.reply(fail(errc::not_online, "the account is being restarted; try again"));
  send(context_->sender, std::move(text));
}

} // namespace weixin::supervisor
