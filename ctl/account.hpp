#pragma once

#include "ctl/moment.hpp"
#include "ctl/table.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weixin::ctl {

/// What of one kind of operation waits for the account's pace.
struct paced_operations {
  std::string kind; ///< as the API calls it: text, media, ...
  std::uint64_t waiting = 0;
  std::optional<moment> next_at; ///< when the first of them may leave
  std::string reason;
};

/// An account as the admin API describes it. Missing members are empty.
struct account {
  std::string name;
  std::string kind;
  std::string state;
  std::optional<moment> state_since;
  std::string reason;
  std::optional<moment> retry_at;
  std::string desired; ///< running or paused
  std::string nickname;
  std::vector<std::string> bots;
  std::string login;       ///< web, desktop or web_then_desktop
  std::string proxy;       ///< without credentials
  std::string proxy_error; ///< what it did last instead of letting a connection through
  std::optional<moment> proxy_checked_at;
  std::optional<moment> last_poll_at;
  std::optional<moment> last_event_at;
  std::optional<moment> last_send_at;
  std::uint64_t messages_in = 0;
  std::uint64_t messages_out = 0;
  std::uint64_t queue = 0;
  std::uint64_t restarts = 0;
  std::string media;                    ///< what is fetched of its messages
  std::vector<paced_operations> pacing; ///< of all kinds, in the API's order
};

account read_account(const boost::json::object& o);

/// The news that a state is: green, yellow, red or dim.
tone tone_of(std::string_view state);

/// A sentence or two about a state that somebody has to do something about, and what; empty for all others.
std::string advice_for(const account& a);

/// "2026-01-31T08:00:00Z".
std::string to_text(moment t);
/// The age at `now`, or the point in time when that is not known; empty for nothing.
std::string since(std::optional<moment> then, std::optional<moment> now);

/// NAME STATE NICKNAME SINCE LAST-POLL IN OUT QUEUE RESTARTS; `wide` adds KIND DESIRED BOTS RETRY-AT REASON.
/// SINCE and LAST-POLL are ages at `now`; without it they are points in time.
table account_table(const std::vector<account>& accounts, std::optional<moment> now, bool wide);

/// All of one account, a line to a fact.
std::string account_details(const account& a, std::optional<moment> now, bool colour);

} // namespace weixin::ctl
