#pragma once

#include "actors/messages.hpp"
#include "protocol/result.hpp"
#include "runtime/random.hpp"
#include "supervisor/account_state.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace weixin::supervisor {

using steady_time = std::chrono::steady_clock::time_point;

/// Every number of the policy, in one place.
struct policy_limits {
  unsigned crash_intensity = 5; ///< more child crashes than this within crash_period stop the account
  std::chrono::seconds crash_period{60};
  std::chrono::minutes cool_off_first{1};
  std::chrono::minutes cool_off_longest{30};
  double cool_off_jitter = 0.2;
  std::chrono::minutes healthy_after{10}; ///< so long without a crash resets the cool-off
  /// Age of the last good poll; how long sends are tried, and messages announced, in vain.
  std::chrono::seconds degraded_after{60};
  /// So long after the last attempt nobody knows whether sends would be answered.
  std::chrono::minutes sends_judged{5};
  std::chrono::seconds degraded_at_least{10}; ///< so long `degraded` stays, so that health does not flap
  std::chrono::seconds store_retry_first{5};  ///< after the store refused, doubling up to ...
  std::chrono::seconds store_retry_longest{30};
  std::chrono::seconds kicked_within{60}; ///< 1102 so soon after a login means kicked
  unsigned ends_to_kicked = 3;            ///< so many session ends within ends_period, too
  std::chrono::hours ends_period{1};
  std::vector<std::chrono::minutes> throttle_steps{std::chrono::minutes{5}, std::chrono::minutes{10},
                                                   std::chrono::minutes{20}, std::chrono::minutes{30}};
  std::chrono::hours throttle_forgotten{1}; ///< so long without 1205 starts at the first step again
  unsigned qr_codes = 5;                    ///< new codes after the first one before needs_login
};

// -- what happens
// -----------------------------------------------------------------------------------------------

namespace event {
/// The operator, or the start of the server, wants the account to run: on the session it has, if it has one.
struct run {};
/// The start of the server finds that the account waits for the operator, since before.
struct hold {
  std::string reason;
};
/// What the store has: answers `action::load_session`.
struct session_loaded {
  enum class outcome { none, found, unreadable } what{};
};
/// The operator wants a new QR code, whatever there is.
struct relogin {};
/// The operator wants it quiet: pause keeps the session, logout ends it.
struct halt {
  std::string reason;
  bool keep_session = true;
};
/// The login actor shows a QR code.
struct qr_shown {};
struct scanned {};
/// The login is complete: webwxinit answered Ret 0.
struct logged_in {};
/// webwxinit answered Ret 0 to the session that was there before.
struct resumed {};
/// synccheck or webwxsync answered well.
struct good_poll {
  bool synccheck = false; ///< a synccheck, so that the push host is proven right
  poll_news news{};
};
/// Weixin answered an attempt to send, whatever it said.
struct send_answered {};
/// An attempt to send got no answer.
struct send_unanswered {};
/// Any failure that the login or the poller reports: classified in protocol/, decided here.
struct failure {
  error what;
  /// The answer came from the session's entry host, which knows it: only push hosts can be the wrong ones.
  bool at_entry_host = false;
};
/// A child ended by an exception, or two heartbeats went unanswered.
struct crash {};
/// A timer that the policy asked for has fired.
struct due {};
/// Nothing happened; the clock moved.
struct tick {};
} // namespace event

using policy_event =
    std::variant<event::run, event::hold, event::session_loaded, event::relogin, event::halt, event::qr_shown,
                 event::scanned, event::logged_in, event::resumed, event::good_poll, event::send_answered,
                 event::send_unanswered, event::failure, event::crash, event::due, event::tick>;

// -- what is to be done
// -----------------------------------------------------------------------------------------

enum class action {
  none,
  load_session,   ///< ask the store whether there is a session; `session_loaded` is the answer
  start_login,    ///< after `delay`: new login actor, a push login or a new QR code
  resume,         ///< after `delay`: new login actor, which tries the session that is there by webwxinit
  start_children, ///< the whole tree, on the session that is there
  retry,          ///< after `delay`: the actor that failed tries the same again
  next_push_host, ///< use the next push host of the table and poll again
  restart_child,  ///< spawn the crashed child again
  stop_children,  ///< end all children, keep nothing running until the operator or a timer says so
  throttle,       ///< pause sends for `delay`, poll slowly, keep the session
};

struct decision {
  action what = action::none;
  std::chrono::milliseconds delay{0};
  /// start_login: a session that ended may be followed by a push login, when what was kept of it allows one.
  bool push = false;
  /// True when the delay must also draw from limits.reconnects_per_second.
  bool reconnect = false;
  /// True for decisions that an operator is told about (log level warn, notification).
  bool alert = false;
};

/// What is known of the account's session.
enum class session_state {
  unknown, ///< the store was not asked yet
  none,
  kept, ///< there is one, and it has to prove by webwxinit that it lives (weixin-protocol.md 10)
  live, ///< Weixin took it in this process
};

/// What the policy remembers of one account. Plain data: copy it, compare it, print it.
struct policy_state {
  account_state state = account_state::stopped;
  std::string reason;
  bool running = false; ///< desired state, as far as the policy was told
  session_state session = session_state::unknown;
  bool resumed = false;          ///< it was resumed, and no good poll came since
  bool end_counted = false;      ///< its present end is among `ends` already
  bool proven_push_host = false; ///< this session had a good synccheck
  unsigned push_hosts_tried = 0;
  unsigned failures = 0;       ///< in a row, of the network
  std::string last_failure;    ///< the name of the last of them: why an account is not online
  std::string scan_reason;     ///< why a scan is asked for, when a session was there before
  unsigned store_failures = 0; ///< in a row: the store refused, and no good poll came since
  unsigned qr_refreshes = 0;
  unsigned cool_off_level = 0;
  unsigned throttle_level = 0;
  std::optional<steady_time> login_at;
  std::optional<steady_time> last_good_poll;
  std::optional<steady_time> announced_since;  ///< a synccheck announced something, and nothing came since
  std::optional<steady_time> unanswered_since; ///< the first attempt to send since the last answer to one
  std::optional<steady_time> last_unanswered;  ///< and the last
  std::optional<steady_time> degraded_since;
  std::optional<steady_time> healthy_since; ///< the last start or crash
  std::optional<steady_time> last_throttle;
  std::optional<steady_time> until; ///< end of throttled or cooling_off
  std::vector<steady_time> crashes; ///< within crash_period, at most crash_intensity + 1
  std::vector<steady_time> ends;    ///< session ends within ends_period, at most ends_to_kicked
};

/// Decides what follows an event. The one place where that is decided; no actor, no I/O, no clock of its own.
/// `push_hosts` is how many push hosts the table has for the probe of a wrong one.
decision decide(policy_state& s, const policy_event& e, steady_time now, random_generator& random,
                const policy_limits& limits = {}, unsigned push_hosts = 6);

} // namespace weixin::supervisor
