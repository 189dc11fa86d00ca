#pragma once

#include "notify/notification.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weixin::notify {

/// When something is worth telling. Zero switches a wait off.
struct decision_rules {
  std::chrono::seconds settle{10};         ///< needs_scan and back_online must have lasted so long
  std::chrono::seconds repeat_after{900};  ///< the same of the same account is told again only after that
  std::chrono::seconds quiet_at_start{60}; ///< after a start of the server only `held` and `kicked` are told
  unsigned fleet_down_percent = 20;        ///< the fleet is down when more than this share is not online ...
  std::size_t fleet_down_least = 3;        ///< ... and at least so many accounts ...
  std::chrono::seconds fleet_down_for{60}; ///< ... for so long. As long for the way back
  friend bool operator==(const decision_rules&, const decision_rules&) = default;
};

/// A point in time on both clocks: waits are measured on the steady one, the wall's is shown to people.
struct moment {
  std::chrono::steady_clock::time_point steady;
  wall_time wall;
};

/// An account's state as the `state` events tell it.
struct state_change {
  std::string account;
  std::string state;
  std::string reason;
  std::string previous{}; ///< the state before
};

/// Decides what the operator is told: states and times in, notifications out. No I/O and no clock of its own.
///
/// The rules, besides those of `decision_rules`:
/// * A problem is told once, until the account was online for `settle`, the operator stopped it, or another
///   problem took its place. It is told again when it comes back, but not before `repeat_after`, and then
///   with the number of times it came.
/// * `back_online` follows a problem that was told, and nothing else.
/// * Waiting for a scan is a problem of an account that had a session: it was online, or it waits for a
/// reason.
///   One that waits since the start of the server, or is held since then, was told by the server that ran
///   before: it counts as told, silently.
/// * The fleet counts as down only after it was up once, or five minutes after the start.
///
/// Bounded by the accounts it is told of, less those that `keep_only` forgets. One thread.
class decider {
public:
  decider(decision_rules rules, moment start);

  /// Other rules from now on.
  void use(decision_rules rules) { rules_ = rules; }

  /// An account that was there when the server started. Call it before the first `state_changed`.
  void was_there(const state_change& c, moment now);
  void state_changed(const state_change& c, moment now);
  void counted(std::size_t running, std::size_t not_online, moment now);
  /// Forgets every account that is not named.
  void keep_only(const std::set<std::string>& accounts, moment now);

  /// What is to be told now, in the order of the accounts' names. Empties it.
  std::vector<notification> take(moment now);
  /// The problems that were told, or count as told, and are not over.
  std::vector<notification> open() const;
  /// True when time alone can make something due.
  bool is_waiting() const { return !pending_.empty(); }

private:
  struct problem {
    kind what;
    wall_time since;
    std::string state;
    std::string reason;
    bool told = true; ///< false: by an earlier server, so its end is none of ours to tell
  };
  struct told_before {
    std::optional<std::chrono::steady_clock::time_point> at;
    unsigned times = 0; ///< since then
  };
  struct account {
    std::string state;
    std::string reason;
    bool was_there = false;
    bool had_session = false;
    std::optional<kind> condition;
    moment since{};
    bool counted = false; ///< this time of the condition is in `told_before::times`
    std::optional<problem> open;
    std::array<told_before, 5> told; ///< by kind, up to back_online
  };

  std::optional<kind> condition_of(const account& a) const;
  bool is_old(const account& a) const;
  void close(const std::string& name, account& a, moment now);
  /// True when nothing more can become due.
  bool judge(const std::string& name, account& a, moment now);

  decision_rules rules_;
  moment start_;
  std::map<std::string, account> accounts_;
  std::set<std::string> pending_; ///< accounts with a condition that was not told
  std::vector<notification> out_;

  bool fleet_armed_ = false;
  bool fleet_is_down_ = false;
  std::optional<moment> fleet_turned_; ///< since when it is the other way round than told
  bool fleet_counted_ = false;
  notification fleet_open_;
  told_before fleet_told_;
};

} // namespace weixin::notify
