#include "supervisor/account_supervisor.hpp"

#include "actors/contact_operator.hpp"
#include "actors/inbox_reader.hpp"
#include "actors/login.hpp"
#include "actors/media_fetcher.hpp"
#include "actors/sender.hpp"
#include "actors/sync_poller.hpp"
#include "protocol/webwx/login.hpp"
#include "supervisor/account_labels.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace weixin::supervisor {

namespace {

using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

/// Generations that login_timer_ never reaches by counting.
constexpr std::uint64_t beat_timer = ~std::uint64_t{0};
constexpr std::uint64_t base_timer = beat_timer - 1;

constexpr auto beat_period = 5s;
/// A sender or inbox reader that keeps crashing while the account is at rest is tried again after this.
constexpr auto base_cool_off = 10min;
/// A child is asked for a heartbeat at every third beat; two unanswered ones end it.
constexpr std::uint64_t beats_to_heartbeat = 3;
constexpr std::uint64_t heartbeats_missed = 2;
/// Children only clean up when they are asked to end: nothing that takes long.
constexpr milliseconds child_stop_deadline = 1s;
constexpr milliseconds child_kill_deadline = 500ms;
constexpr child all_children[] = {child::login, child::poller, child::sender,
                                  child::media, child::inbox,  child::contacts};

child child_called(std::string_view id) {
  auto found = std::find_if(std::begin(all_children), std::end(all_children),
                            [&](child c) { return to_string(c) == id; });
  return found == std::end(all_children) ? child::login : *found;
}
std::string id_of(child who) { return std::string{to_string(who)}; }
/// While Weixin says "too frequent", polls keep this distance.
constexpr milliseconds throttled_poll_distance = 30s;

} // namespace

account_supervisor::account_supervisor(caf::actor_config& cfg, std::shared_ptr<const services> service,
                                       account_setup setup)
    : actor_base(cfg), service_(std::move(service)), setup_(std::move(setup)),
      random_(service_->seed ^ std::hash<std::string>{}(setup_.record.name)),
      base_(*this,
            {.strategy = runtime::restart_strategy::rest_for_one,
             .limit = runtime::restart_limit{setup_.limits.crash_intensity, setup_.limits.crash_period},
             .kill_deadline = child_kill_deadline},
            observe_children()),
      // The restart policy counts, since its cool-off follows.
      session_(*this,
               {.strategy = runtime::restart_strategy::one_for_one,
                .limit = std::nullopt,
                .kill_deadline = child_kill_deadline},
               observe_children()) {}

account_supervisor::behavior_type account_supervisor::make_behavior() {
  // Not in the constructor, which runs on the spawner's thread: the HTTPS client belongs to this shard.
  context_ = std::make_shared<account_context>(setup_.record.name, service_, setup_.status, shard_index());
  context_->bots = setup_.record.bots;
  context_->media_policy = setup_.record.media.value_or(service_->media->get().policy);
  use_settings();
  context_->router = setup_.router;
  set_down_handler([this](caf::down_msg& down) {
    if (!session_.handle_down(down)) base_.handle_down(down);
  });
  set_exit_handler([this](caf::exit_msg& e) { end(e.reason); });
  writer_ = std::make_unique<account_writer>(
      context_->name, service_->store,
      [this](account_writer::callback f) -> account_writer::callback { return inside(std::move(f)); },
      [this](const error& e) { store_failed(e); });
  if (setup_.record.uin != 0) setup_.claims->claim(setup_.record.uin, context_->name);
  start_base();
  after(beat_period, timer{beat_timer});
  context_->metrics->set_state(policy_.state);
  if (!setup_.record.held.empty())
    apply(event::hold{setup_.record.held});
  else if (setup_.record.desired == store::desired_state::running)
    apply(event::run{});

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
          [this](const qr_scanned& scan) {
            if (!is_from(child::login)) return;
            context_->status->set_scan_picture(scan.picture);
            apply(event::scanned{});
          },
          [this](const login_done& login) {
            if (is_from(child::login)) login_arrived(login);
          },
          [this](polled p) {
            if (!is_from(child::poller)) return;
            auto wall = service_->clock->now();
            context_->status->last_poll_ms = to_milliseconds(wall);
            context_->metrics->set_last_sync(wall);
            proxy_showed("");
            apply(event::good_poll{p.synccheck, p.news});
          },
          [this](const child_failed& f) {
            if (is_from(f.who)) failure_of(f.who, f.what, f.at_push_host);
          },
          [this](const send_hit& hit) {
            // A dead session ends every call of it: only the first one counts. Who reports so goes on by
            // itself, as the sender does.
            bool is_known = is_from(child::sender) || is_from(child::contacts) || is_from(child::poller);
            if (is_known && context_->session) failure_of(child::sender, hit.what);
          },
          [this](send_heard h) {
            if (!is_from(child::sender)) return;
            if (h.answered)
              apply(event::send_answered{});
            else
              apply(event::send_unanswered{});
          },
          [this](heartbeat_ack ack) {
            session_.heard(current_sender(), ack.number);
            base_.heard(current_sender(), ack.number);
          },
          [this](timer t) {
            if (ending_) return;
            if (t.generation == beat_timer) return beat();
            if (t.generation == base_timer) return start_base();
            if (t.generation == login_timer_) {
              ++login_timer_;
              // Only now, when the delay with its jitter is over: else the jitter would undo the limit's
              // order.
              if (t.generation == reconnect_timer_)
                if (auto wait = service_->reconnects->take(now()); wait.count() > 0)
                  return after(wait, timer{login_timer_});
              restart(failed_child_);
            }
          },
          [this](const account_request& r) { r.run(*this); },
          run_continuations()};
}

void account_supervisor::end(const caf::error& why) {
  if (std::exchange(ending_, true)) return;
  if (policy_.state != account_state::stopped)
    writer_->append_history({0, service_->clock->now(), std::string{to_string(policy_.state)},
                             std::string{to_string(account_state::stopped)}, "server stopped"});
  ++login_timer_;
  close_gate();
  context_->operations.end_session(service_->clock->now());
  session_.stop_all([this, why] { base_.stop_all([this, why] { quit(why); }); });
  // What is under way ends now, while the sender is still there to note it.
  context_->http->close();
}

/// Whatever ends the supervisor, also a fault of its own: its children end with it.
void account_supervisor::on_exit() {
  if (!context_) return;
  session_.end_now();
  base_.end_now();
  context_->http->close();
  // The context and the actors in it hold each other: this ends the cycle.
  context_->operations.end_session(service_->clock->now());
  context_->media = nullptr;
  context_->contact_operator = nullptr;
  context_->inbox = nullptr;
  context_->sender = nullptr;
  context_->router = nullptr;
}

bool account_supervisor::is_from(child who) {
  return current_sender() && child_handle(who) == current_sender();
}

// -- policy
// -------------------------------------------------------------------------------------------------------

void account_supervisor::apply(const policy_event& e) {
  auto before = policy_.state;
  auto reason_before = policy_.reason;
  auto session_before = policy_.session;
  auto d = decide(
      policy_, e, now(), random_, setup_.limits,
      context_->session ? static_cast<unsigned>(webwx::push_candidates(context_->session->host).size()) : 1U);
  show_state(before, reason_before);
  // One that cannot be read stays where it is: the right key may come back. The next login replaces it.
  bool lost = session_before != session_state::none && policy_.session == session_state::none &&
              !std::holds_alternative<event::session_loaded>(e);
  // Who was kicked, or is somebody else, is not to be logged in by a mere confirmation; nor does an operator
  // who asks for a QR code want another thing.
  bool for_good = policy_.state == account_state::held || std::holds_alternative<event::relogin>(e);
  if (lost || (for_good && retired_)) drop_session(for_good);
  keep_held();
  if (before == account_state::cooling_off && policy_.state != before) start_base();
  carry_out(d);
}

/// An account that waits for the operator does so over a restart of the server.
void account_supervisor::keep_held() {
  auto held = policy_.state == account_state::held ? policy_.reason : std::string{};
  if (held == setup_.record.held) return;
  setup_.record.held = std::move(held);
  writer_->save_record(setup_.record);
}

void account_supervisor::store_failed(const error& e) {
  if (e.code == errc::store_corrupt && setup_.store_faults) setup_.store_faults->note(now());
}

void account_supervisor::show_state(account_state before, const std::string& reason_before) {
  if (policy_.state != account_state::awaiting_scan && policy_.state != account_state::awaiting_confirm)
    context_->status->set_qr(std::nullopt);
  if (policy_.state != account_state::awaiting_confirm) context_->status->set_scan_picture(nullptr);
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
  writer_->append_history(
      {0, wall, std::string{to_string(before)}, std::string{to_string(policy_.state)}, policy_.reason});
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

void account_supervisor::failure_of(child who, const error& e, bool at_push_host) {
  reporter_ = who;
  if (who != child::sender) failed_child_ = who;
  if (is_transient(e.code))
    log_debug("call.failed",
              {{"account", context_->name}, {"child", to_string(who)}, {"error", to_string(e)}});
  else
    log_warn("call.failed",
             {{"account", context_->name}, {"child", to_string(who)}, {"error", to_string(e)}});
  store_failed(e);
  if (e.code == errc::proxy_failed) proxy_showed(e.context);
  if (e.code == errc::login_expired) {
    service_->metrics->login_finished(metrics::login_result::qr_expired, 0s);
  } else if (e.code == errc::login_cancelled) {
    service_->metrics->login_finished(metrics::login_result::cancelled, 0s);
  } else if (e.code == errc::barred || e.code == errc::login_refused) {
    service_->metrics->login_finished(metrics::login_result::refused, 0s);
  }
  auto before = policy_.session;
  apply(event::failure{e, !at_push_host});
  if (before == session_state::none || policy_.session != session_state::none) return;
  if (before == session_state::kept)
    service_->metrics->login_finished(metrics::login_result::resume_failed, 0s);
  context_->metrics->logged_out(logout_reason_of(e));
}

void account_supervisor::carry_out(const decision& d) {
  if (d.alert)
    log_warn("account.attention",
             {{"account", context_->name}, {"state", to_string(policy_.state)}, {"reason", policy_.reason}});
  switch (d.what) {
  case action::none:
    return;
  case action::load_session:
    return load_session();
  case action::start_login:
    push_next_ = d.push;
    return begin_login(d.delay + service_->logins->take(now()));
  case action::resume:
    if (context_->session) kept_session_ = context_->session;
    return begin_login(d.delay + service_->reconnects->take(now()));
  case action::start_children:
    return start_session_children();
  case action::retry:
    // The sender has its own way of waiting; only login and poller wait to be told.
    if (reporter_ == child::sender) return;
    after(d.delay, timer{++login_timer_});
    if (d.reconnect) reconnect_timer_ = login_timer_;
    return;
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
    context_->pacing.pause(now() + d.delay);
    send(context_->sender, send_gate{true, now() + d.delay, false});
    polls_slowly_ = true;
    send(session_.get<sync_poller_actor>(id_of(child::poller)), poll_distance{throttled_poll_distance});
    if (reporter_ != child::sender) after(throttled_poll_distance, timer{++login_timer_});
    return;
  }
}

// -- children
// -----------------------------------------------------------------------------------------------------

std::uint64_t account_supervisor::child_seed() { return random_(); }

runtime::supervised_children& account_supervisor::group_of(child who) {
  return who == child::sender || who == child::inbox ? base_ : session_;
}

runtime::supervised_children::observer account_supervisor::observe_children() {
  return {.ended = [this](const std::string& id,
                          runtime::exit_kind kind) { return child_ended(child_called(id), kind); },
          .stopping =
              [this](const std::string& id) {
                log_debug("child.stopped", {{"account", setup_.record.name}, {"child", id}});
              },
          .gave_up = [this] { base_gave_up(); }};
}

void account_supervisor::add_child(child who, child_starter start) {
  if (ending_) return;
  group_of(who).add({.id = id_of(who), .stop_deadline = child_stop_deadline}, std::move(start));
}

template <class Actor, class... Args>
auto account_supervisor::spawn_child(child who, Args&&... args) {
  log_debug("child.started", {{"account", context_->name}, {"child", to_string(who)}});
  return spawn<Actor>(context_, account_actor{this}, child_seed(), std::forward<Args>(args)...);
}

void account_supervisor::start_base() {
  add_child(child::sender, [this] {
    context_->sender = spawn_child<weixin::sender>(child::sender);
    if (context_->session && policy_.running) open_gate(false);
    return caf::actor_cast<caf::strong_actor_ptr>(context_->sender);
  });
  add_child(child::inbox, [this] {
    context_->inbox = spawn_child<inbox_reader>(child::inbox);
    return caf::actor_cast<caf::strong_actor_ptr>(context_->inbox);
  });
}

void account_supervisor::stop_base() {
  base_.stop({id_of(child::sender), id_of(child::inbox)});
  context_->inbox = nullptr;
  context_->sender = nullptr;
}

/// Only while the account is at rest: otherwise the policy sends it to cool off first.
void account_supervisor::base_gave_up() {
  service_->metrics->actor_gave_up(kind_of(last_to_fail_));
  log_error("account.base_down",
            {{"account", context_->name},
             {"again_after_s", duration_cast<std::chrono::seconds>(base_cool_off).count()}});
  context_->inbox = nullptr;
  context_->sender = nullptr;
  after(base_cool_off, timer{base_timer});
}

void account_supervisor::start_login() {
  add_child(child::login, [this] {
    // Once: what follows a push login that led to nothing is a QR code.
    bool push = std::exchange(push_next_, false) && !kept_session_;
    return caf::actor_cast<caf::strong_actor_ptr>(
        spawn_child<login>(child::login, kept_session_, push ? retired_ : nullptr));
  });
}

void account_supervisor::start_media() {
  add_child(child::media, [this] {
    context_->media = spawn_child<media_fetcher>(child::media);
    return caf::actor_cast<caf::strong_actor_ptr>(context_->media);
  });
}

void account_supervisor::start_contacts() {
  add_child(child::contacts, [this] {
    context_->contact_operator = spawn_child<contact_operator>(child::contacts);
    return caf::actor_cast<caf::strong_actor_ptr>(context_->contact_operator);
  });
}

void account_supervisor::start_poller() {
  add_child(child::poller, [this] {
    auto poller = spawn_child<sync_poller>(child::poller);
    if (polls_slowly_) send(poller, poll_distance{throttled_poll_distance});
    return caf::actor_cast<caf::strong_actor_ptr>(poller);
  });
}

void account_supervisor::begin_login(std::chrono::nanoseconds wait) {
  stop_session_children();
  context_->session.reset();
  failed_child_ = child::login;
  if (wait.count() == 0) return restart(child::login);
  after(wait, timer{login_timer_});
}

void account_supervisor::start_session_children() {
  stop_session_children();
  start_media();
  start_contacts();
  start_poller();
  open_gate(false);
}

/// Starts the child, or tells it to try again when it is there.
void account_supervisor::restart(child who) {
  if (policy_.state == account_state::cooling_off) return apply(event::due{});
  if (!policy_.running) return;
  if (who == child::login && policy_.session == session_state::unknown) return load_session();
  if (who == child::login && arrived_) return finish_login();
  if (child_handle(who)) {
    if (who == child::login || who == child::poller)
      caf::anon_send(caf::actor_cast<login_actor>(child_handle(who)), try_again{});
    return;
  }
  switch (who) {
  case child::login:
    return start_login();
  case child::sender:
  case child::inbox:
    return start_base();
  case child::poller:
    if (context_->session) start_poller();
    return;
  case child::media:
    if (context_->session) start_media();
    return;
  case child::contacts:
    if (context_->session) start_contacts();
    return;
  }
}

void account_supervisor::end_session_children() {
  ++login_timer_;
  arrived_.reset();
  close_gate();
  session_.stop({id_of(child::login), id_of(child::media), id_of(child::contacts), id_of(child::poller)});
  context_->media = nullptr;
  context_->contact_operator = nullptr;
  context_->operations.end_session(service_->clock->now());
}

void account_supervisor::stop_session_children() {
  end_session_children();
  // The sender's call, if one is under way, may have reached Weixin: it is told so by the cancelled call.
  context_->http->close();
}

/// Whether the child is to be started again at once.
bool account_supervisor::child_ended(child who, runtime::exit_kind kind) {
  if (kind == runtime::exit_kind::normal) return false; // the login is done
  bool is_silent = kind == runtime::exit_kind::lost_heartbeat;
  log_error(is_silent ? "child.silent" : "child.crashed",
            {{"account", context_->name}, {"child", to_string(who)}});
  service_->metrics->actor_failed(kind_of(who));
  last_to_fail_ = who;
  auto before = policy_.state;
  context_->metrics->actor_restarted(is_silent ? metrics::restart_reason::heartbeat
                                               : metrics::restart_reason::exception);
  ++context_->status->restarts;
  apply(event::crash{});
  bool is_base = &group_of(who) == &base_;
  if (policy_.state == account_state::cooling_off) {
    if (before != policy_.state) service_->metrics->actor_gave_up(kind_of(who));
    // Until the trial start. Both, so that they come back in their order.
    if (is_base) stop_base();
    return false;
  }
  return is_base || policy_.running;
}

void account_supervisor::beat() {
  after(beat_period, timer{beat_timer});
  apply(event::tick{});
  writer_->retry();
  watch_proxy();
  if (polls_slowly_ && policy_.state != account_state::throttled) {
    polls_slowly_ = false;
    send(session_.get<sync_poller_actor>(id_of(child::poller)), poll_distance{});
  }
  if (++beat_number_ % beats_to_heartbeat != 0) return;
  auto heartbeat_number = beat_number_ / beats_to_heartbeat;
  session_.beat(heartbeat_number, heartbeats_missed);
  base_.beat(heartbeat_number, heartbeats_missed);
}

void account_supervisor::open_gate(bool new_session) {
  context_->pacing.pause(policy_.until.value_or(steady_time{}));
  if (new_session) context_->pacing.session_started(now());
  send(context_->sender, send_gate{true, policy_.until.value_or(steady_time{}), new_session});
}
void account_supervisor::close_gate() { send(context_->sender, send_gate{false, {}, false}); }

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
    run_again();
    return set_desired(store::desired_state::running, std::move(reply));
  case account_command::restart:
    ++context_->status->restarts;
    context_->metrics->actor_restarted(metrics::restart_reason::requested);
    stop_session_children();
    stop_base();
    base_.forget_restarts();
    start_base();
    apply(event::run{});
    return set_desired(store::desired_state::running, std::move(reply));
  case account_command::relogin:
    base_.forget_restarts();
    start_base();
    if (context_->session || kept_session_) context_->metrics->logged_out(metrics::logout_reason::user);
    apply(event::relogin{});
    return set_desired(store::desired_state::running, std::move(reply));
  case account_command::logout:
    return log_out(std::move(reply));
  }
}

void account_supervisor::set_router(router_actor router) {
  context_->router = std::move(router);
  send(context_->inbox, router_changed{});
}

void account_supervisor::set_desired(store::desired_state desired, view_reply reply) {
  want(desired);
  store_record(std::move(reply));
}

void account_supervisor::store_record(view_reply reply) {
  writer_->save_record(setup_.record, [this, reply = std::move(reply)](result<void> stored) {
    if (!stored) return reply(stored.error());
    reply(context_->status->view());
  });
}

} // namespace weixin::supervisor
