#pragma once

#include "runtime/restart_window.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::runtime {

/// Whether a child that ended is started again. OTP's restart types.
enum class restart_kind {
  permanent, ///< always
  transient, ///< when it ended by a fault
  temporary, ///< never, and it is forgotten
};

/// How a child ended.
enum class exit_kind {
  normal,         ///< it was done
  shutdown,       ///< somebody asked it to
  crash,          ///< an exception, or any other reason
  killed,         ///< exit_reason::kill
  lost_heartbeat, ///< it is there but does not answer; it is killed before anything else happens
};
/// True for the kinds after which a transient child is started again.
constexpr bool is_fault(exit_kind kind) noexcept {
  return kind != exit_kind::normal && kind != exit_kind::shutdown;
}

/// Who is started again together with a child that failed.
enum class restart_strategy {
  one_for_one,  ///< nobody
  rest_for_one, ///< those that were started after it, which may hold something of it
  one_for_all,  ///< all
};

/// One child, as its supervisor sees it.
struct child_spec {
  std::string id{}; ///< unique among its siblings
  restart_kind restart = restart_kind::permanent;
  /// How long it may take to end when it is asked to; then it is killed. 0: it is killed without being asked.
  std::chrono::milliseconds stop_deadline{5'000};
  /// How long it stays down before it is started again: for children whose start costs others something.
  std::chrono::milliseconds restart_delay{0};
};

struct supervision_options {
  restart_strategy strategy = restart_strategy::one_for_one;
  /// More restarts than this, of all children together, and the supervisor gives up. None: somebody else
  /// counts.
  std::optional<restart_limit> limit = restart_limit{};
  /// Stops reach all children at once instead of one after the other: for many children that know nothing of
  /// each other, whose deadlines must not add up.
  bool stops_together = false;
  /// After a kill, so long until the child is given up as lost: CAF kills cooperatively, an actor that is
  /// busy for ever notices nothing.
  std::chrono::milliseconds kill_deadline{2'000};
};

/// One step for whoever carries the decisions out.
struct supervision_order {
  enum class verb {
    start,       ///< start the child
    start_later, ///< call `delay_over` after `time`
    stop,        ///< ask the child to end; call `overdue` after `time` unless it has ended
    kill,        ///< end the child; call `overdue` after `time` unless it has ended
    abandon,     ///< it did not even die in time: forget its handle, it counts as ended
    gone,        ///< a child that was to be stopped for good has ended and is forgotten
    gave_up,     ///< too many restarts; all children have ended
    ended,       ///< what `stop_all` asked for is done
  };
  verb what{};
  std::string id;
  std::chrono::milliseconds time{0};
  friend bool operator==(const supervision_order&, const supervision_order&) = default;
};
std::string_view to_string(supervision_order::verb verb) noexcept;

/// Decides for one supervisor, with the semantics of Erlang/OTP: who is stopped and who is started, in which
/// order, and when there have been too many restarts. Pure: it is told what happens and answers with orders,
/// which are to be carried out in their order; it has no clock and knows no actor. Not synchronised.
///
/// Children start in the order in which they were added and stop in the reverse order, one after the other:
/// the next is asked only when the one before has ended. Nobody is started while a stop is under way, except
/// under one_for_one, where a child waits only for its own predecessor: so there are never two children of
/// one id. A child that fails while it was to be stopped anyway counts as stopped, not as a restart.
class child_supervision {
public:
  using orders = std::vector<supervision_order>;
  using time_point = restart_window::time_point;

  explicit child_supervision(supervision_options options);

  /// A new child, the last in the start order. An id that is there already is an error of ours (ignored),
  /// unless that child is being stopped for good: then the new one takes its place once it has ended.
  orders add(child_spec spec);
  /// The child has ended; with `lost_heartbeat` it is to be replaced although it has not. Unknown ids and
  /// children that are down are ignored. `for_good`: it is not to be started again, whatever it is.
  orders exited(const std::string& id, exit_kind kind, time_point now, bool for_good = false);
  /// The time of a `stop` or `kill` has passed.
  orders overdue(const std::string& id);
  /// The time of a `start_later` has passed.
  orders delay_over(const std::string& id);
  /// Stops these children for good; `gone` tells of each.
  orders stop(const std::vector<std::string>& ids);
  /// Stops all children for good and forgets them; `ended` tells when. Idempotent.
  orders stop_all();

  /// Restarts so far do not count any more: somebody saw to the reason.
  void forget_restarts();

  bool is_running(const std::string& id) const;
  /// Running, and nobody wants it to end.
  bool is_wanted(const std::string& id) const;
  /// Present children, whatever they are doing; in start order.
  std::vector<std::string> ids() const;
  bool is_ending() const noexcept { return ending_.has_value(); }

private:
  enum class phase { down, waiting, running, stopping, dying };
  using place = std::uint64_t; ///< in the start order

  struct child {
    child_spec spec;
    phase now = phase::down;
    bool for_good = false; ///< forget it once it is down
    bool delay = false;    ///< its next start waits for restart_delay
  };

  child* find(const std::string& id);
  bool must_restart(const child& c, exit_kind kind) const;
  void restart_group(place failed);
  void request_stop(place where, bool for_good);
  void went_down(place where, orders& out);
  void ask_to_stop(place where, orders& out);
  void kill(child& c, orders& out);
  /// What can be done now of what is wanted.
  void advance(orders& out);
  void advance_stops(orders& out);
  void advance_starts(orders& out);

  supervision_options options_;
  std::optional<restart_window> window_;
  std::map<std::string, place> places_;
  std::map<place, child> children_;
  std::set<place> to_stop_;                       ///< running, their turn has not come
  std::set<place> to_start_;                      ///< once nothing is in their way
  std::set<place> in_flight_;                     ///< asked to end or killed, not down yet
  std::optional<supervision_order::verb> ending_; ///< gave_up or ended, when all are down
  place next_place_ = 0;
};

} // namespace weixin::runtime
