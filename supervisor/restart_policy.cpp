#include "supervisor/restart_policy.hpp"

#include "actors/backoff.hpp"

#include <algorithm>

namespace weixin::supervisor {

namespace {

using namespace std::chrono;

struct rules {
  policy_state& s;
  steady_time now;
  random_generator& random;
  const policy_limits& limits;
  unsigned push_hosts;

  void enter(account_state state, std::string reason = {}) {
    s.state = state;
    s.reason = std::move(reason);
  }

  bool is_live() const { return s.session == session_state::live; }

  /// What was learnt by polling on the session, as opposed to the session itself.
  void forget_polls() {
    s.last_good_poll.reset();
    s.degraded_since.reset();
    s.store_failures = 0;
    s.announced_since.reset();
    s.unanswered_since.reset();
  }

  void forget_session() {
    s.session = session_state::none;
    s.resumed = false;
    s.end_counted = false;
    s.proven_push_host = false;
    s.push_hosts_tried = 0;
    s.until.reset();
    forget_polls();
  }

  decision hold(std::string reason) {
    forget_session();
    enter(account_state::held, std::move(reason));
    return {.what = action::stop_children, .alert = true};
  }

  decision new_login(std::string reason, milliseconds delay = {}) {
    forget_session();
    enter(account_state::starting, std::move(reason));
    return {.what = action::start_login, .delay = delay};
  }

  /// The phone is asked to confirm, when what was kept of the last session allows that.
  decision push_login(std::string reason) {
    auto d = new_login(std::move(reason));
    d.push = true;
    return d;
  }

  /// The session that was there cannot be used: only a person with a phone can help.
  decision ask_for_scan(std::string reason) {
    s.scan_reason = reason;
    s.qr_refreshes = 0;
    auto d = push_login(std::move(reason));
    d.alert = true;
    return d;
  }

  /// No login, so it draws from limits.reconnects_per_second: all accounts do it at once after a restart.
  /// A pause that Weixin asked for goes on.
  decision resume(std::string reason) {
    s.session = session_state::kept;
    s.resumed = true;
    forget_polls();
    enter(account_state::starting, std::move(reason));
    return {.what = action::resume, .reconnect = true};
  }

  /// online, degraded or throttled: derived from ages, never from what an actor said last.
  void derive_health() {
    if (!is_live()) return;
    if (s.until && now < *s.until) return enter(account_state::throttled, "too_frequent");
    s.until.reset();
    if (!s.last_good_poll) return;
    if (now - *s.last_good_poll > limits.degraded_after || s.store_failures > 0)
      return degrade(s.last_failure.empty() ? "no good poll" : s.last_failure);
    if (s.announced_since && now - *s.announced_since > limits.degraded_after)
      return degrade("announced messages do not come");
    if (sends_in_vain()) return degrade("sends get no answer");
    if (s.degraded_since && now - *s.degraded_since < limits.degraded_at_least) return;
    s.degraded_since.reset();
    enter(account_state::online);
  }

  bool sends_in_vain() const {
    return s.unanswered_since && *s.last_unanswered - *s.unanswered_since > limits.degraded_after &&
           now - *s.last_unanswered <= limits.sends_judged;
  }

  void degrade(std::string reason) {
    if (s.state == account_state::degraded) return;
    s.degraded_since = now;
    enter(account_state::degraded, std::move(reason));
  }

  /// What the operator asks for starts with a clean slate: old failures do not count against it.
  void forgive() {
    s.running = true;
    s.failures = 0;
    s.qr_refreshes = 0;
    s.crashes.clear();
    s.ends.clear();
    s.cool_off_level = 0;
    s.scan_reason.clear();
    s.until.reset();
  }

  decision start(std::string reason) {
    s.until.reset();
    switch (s.session) {
    case session_state::unknown:
      enter(account_state::starting, std::move(reason));
      return {.what = action::load_session};
    case session_state::none:
      return push_login(std::move(reason));
    case session_state::kept:
      return resume(std::move(reason));
    case session_state::live:
      break;
    }
    forget_polls();
    enter(account_state::starting, std::move(reason));
    return {.what = action::start_children};
  }

  void reset_after_healthy_time() {
    if (s.healthy_since && now - *s.healthy_since > limits.healthy_after) s.cool_off_level = 0;
  }

  decision on(const event::run&) {
    forgive();
    return start("");
  }

  decision on(const event::hold& e) {
    enter(account_state::held, e.reason);
    return {};
  }

  decision on(const event::session_loaded& e) {
    using outcome = event::session_loaded::outcome;
    if (s.session != session_state::unknown) return {};
    s.failures = 0;
    s.store_failures = 0;
    if (e.what == outcome::unreadable) return ask_for_scan("session_unreadable");
    s.session = e.what == outcome::found ? session_state::kept : session_state::none;
    return start(s.reason);
  }

  decision on(const event::relogin&) {
    forgive();
    return new_login("");
  }

  decision on(const event::halt& e) {
    s.running = false;
    if (!e.keep_session) forget_session();
    s.until.reset();
    enter(account_state::stopped, e.reason);
    return {.what = action::stop_children};
  }

  decision on(const event::qr_shown&) {
    s.failures = 0;
    enter(account_state::awaiting_scan, s.scan_reason);
    return {};
  }

  decision on(const event::scanned&) {
    enter(account_state::awaiting_confirm, s.scan_reason);
    return {};
  }

  decision on(const event::logged_in&) {
    forget_session();
    s.session = session_state::live;
    s.login_at = now;
    s.failures = 0;
    s.qr_refreshes = 0;
    s.scan_reason.clear();
    enter(account_state::starting);
    return {};
  }

  decision on(const event::resumed&) {
    s.session = session_state::live;
    s.failures = 0;
    s.store_failures = 0;
    return {};
  }

  decision on(const event::good_poll& e) {
    s.failures = 0;
    s.store_failures = 0;
    s.last_failure.clear();
    s.resumed = false;
    s.end_counted = false;
    s.last_good_poll = now;
    s.proven_push_host = s.proven_push_host || e.synccheck;
    if (e.news == poll_news::quiet || e.news == poll_news::delivered) s.announced_since.reset();
    if (e.news == poll_news::announced && !s.announced_since) s.announced_since = now;
    derive_health();
    return {};
  }

  decision on(const event::send_answered&) {
    s.unanswered_since.reset();
    derive_health();
    return {};
  }

  decision on(const event::send_unanswered&) {
    // One that was long ago says nothing of the time between.
    if (!s.unanswered_since || now - *s.last_unanswered > limits.sends_judged) s.unanswered_since = now;
    s.last_unanswered = now;
    derive_health();
    return {};
  }

  decision on(const event::failure& e) {
    switch (e.what.code) {
    case errc::session_ended:
    case errc::ticket_rejected:
      return session_ended(e);
    case errc::barred:
      return hold("barred");
    case errc::different_user:
      return hold("different_user");
    case errc::duplicate_user:
      return hold("duplicate_user");
    case errc::kicked:
      return hold("kicked");
    case errc::too_frequent:
      return throttle();
    case errc::login_expired:
    case errc::login_cancelled:
    case errc::login_refused:
      return login_expired();
    case errc::disk_full:
    case errc::store_failed:
    case errc::store_busy:
    case errc::store_corrupt:
      return store_trouble(e.what);
    case errc::rejected_request:
      // To a webwxinit that tries a session, it says that the session is of no use.
      return s.session == session_state::kept ? session_ended(e) : unreachable(e.what);
    default:
      return unreachable(e.what);
    }
  }

  decision session_ended(const event::failure& e) {
    const auto& what = e.what;
    // A wrong push host says 1100 at first; the candidates, which know the session no better, may say
    // anything.
    bool probing = !e.at_entry_host && (what.ret == 1100 || s.push_hosts_tried > 0);
    if (probing && is_live() && !s.proven_push_host && s.push_hosts_tried + 1 < push_hosts) {
      ++s.push_hosts_tried;
      return {.what = action::next_push_host};
    }
    // A resume that Weixin refuses is the same end once more.
    if (!s.end_counted) {
      bool fresh = s.login_at && now - *s.login_at <= limits.kicked_within;
      std::erase_if(s.ends, [&](steady_time t) { return now - t > limits.ends_period; });
      s.ends.push_back(now);
      s.end_counted = true;
      if ((what.ret == 1102 && fresh) || s.ends.size() >= limits.ends_to_kicked) return hold("kicked");
    }
    auto reason = what.ret != 0 ? std::to_string(what.ret) : std::string{to_string(what.code)};
    if (is_live() && !s.resumed) return resume(std::move(reason));
    return ask_for_scan(std::move(reason));
  }

  /// A code that ran out, a cancelled or refused login: the next code, but not for ever.
  decision login_expired() {
    if (s.qr_refreshes >= limits.qr_codes) {
      forget_session();
      enter(account_state::needs_login, "nobody scanned");
      return {.what = action::stop_children, .alert = true};
    }
    ++s.qr_refreshes;
    return new_login("qr_expired", milliseconds{1'000});
  }

  decision throttle() {
    if (s.last_throttle && now - *s.last_throttle > limits.throttle_forgotten) s.throttle_level = 0;
    auto step = std::min<std::size_t>(s.throttle_level, limits.throttle_steps.size() - 1);
    auto pause = limits.throttle_steps[step];
    // One overload makes several calls fail: those after the first do not lengthen the pause.
    if (s.until && now < *s.until)
      return {.what = action::throttle, .delay = duration_cast<milliseconds>(*s.until - now)};
    ++s.throttle_level;
    s.last_throttle = now;
    s.until = now + pause;
    enter(account_state::throttled, "too_frequent");
    return {.what = action::throttle, .delay = pause, .alert = true};
  }

  decision unreachable(const error& what) {
    ++s.failures;
    s.last_failure = to_string(what.code);
    // A login that does not get through says why; a session is judged by the age of its last good poll.
    if (is_live())
      derive_health();
    else
      s.reason = s.last_failure;
    bool reconnect = s.failures > 1 || s.session == session_state::kept;
    return {.what = action::retry, .delay = retry_delay(s.failures, random), .reconnect = reconnect};
  }

  /// Our disk, not Weixin: the session stays, nothing is fetched that cannot be stored, and it heals by
  /// itself.
  decision store_trouble(const error& what) {
    s.last_failure = to_string(what.code);
    if (!is_live())
      s.reason = s.last_failure;
    else if (s.state == account_state::degraded)
      s.reason = s.last_failure;
    else if (s.state != account_state::throttled)
      degrade(s.last_failure);
    milliseconds base = std::min(limits.store_retry_first * (1 << std::min(s.store_failures, 10U)),
                                 limits.store_retry_longest);
    ++s.store_failures;
    auto share = 0.8 + 0.2 * unit_random(random);
    return {.what = action::retry,
            .delay = milliseconds{static_cast<long long>(static_cast<double>(base.count()) * share)}};
  }

  decision on(const event::crash&) {
    reset_after_healthy_time();
    s.healthy_since = now;
    std::erase_if(s.crashes, [&](steady_time t) { return now - t > limits.crash_period; });
    s.crashes.push_back(now);
    if (s.crashes.size() <= limits.crash_intensity) return {.what = action::restart_child};
    s.crashes.clear();
    auto base =
        std::min(limits.cool_off_first * (1 << std::min(s.cool_off_level, 10U)), limits.cool_off_longest);
    ++s.cool_off_level;
    auto jitter = 1.0 + limits.cool_off_jitter * (2.0 * unit_random(random) - 1.0);
    auto wait =
        milliseconds{static_cast<long long>(static_cast<double>(milliseconds{base}.count()) * jitter)};
    s.until = now + wait;
    enter(account_state::cooling_off, "crashed too often");
    return {.what = action::stop_children, .delay = wait, .alert = true};
  }

  decision on(const event::due&) {
    if (s.state != account_state::cooling_off || !s.running) return {};
    // The trial start: one more crash within the period sends the account straight back.
    s.healthy_since = now;
    s.crashes.assign(limits.crash_intensity, now);
    return start("trial start");
  }

  decision on(const event::tick&) {
    reset_after_healthy_time();
    derive_health();
    return {};
  }
};

} // namespace

decision decide(policy_state& s, const policy_event& e, steady_time now, random_generator& random,
                const policy_limits& limits, unsigned push_hosts) {
  rules r{s, now, random, limits, push_hosts};
  // Desired state wins over any automation: what is stopped or held moves only when the operator says so.
  bool at_rest = s.state == account_state::stopped || s.state == account_state::held ||
                 s.state == account_state::needs_login;
  bool from_operator = std::holds_alternative<event::run>(e) || std::holds_alternative<event::hold>(e) ||
                       std::holds_alternative<event::relogin>(e) || std::holds_alternative<event::halt>(e);
  if (at_rest && !from_operator) return {};
  if (s.state == account_state::cooling_off && !from_operator && !std::holds_alternative<event::due>(e))
    return {};
  return std::visit([&](const auto& what) { return r.on(what); }, e);
}

} // namespace weixin::supervisor
