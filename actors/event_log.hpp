#pragma once

#include "runtime/wall_clock.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace weixin {

/// One thing that happened to an account, as `GET /v1/events` tells it.
struct account_event {
  std::uint64_t id = 0; ///< ascending within this process, from 1
  std::string type;     ///< "state", "message", "qr", "send", "contact", "group" or "operation"
  std::string account;
  wall_time at{};
  /// Makes the JSON object, with `account` and `at`, that a listener is shown: most events nobody asks for.
  std::function<std::string()> data;
};

/// The last events of all accounts, and who listens to them. Bounded: the oldest are forgotten. Thread-safe.
/// A listener is called on the publisher's thread, in order of ids, and must only hand the event on.
class event_log {
public:
  using listener = std::function<void(const account_event&)>;

  explicit event_log(std::size_t capacity = 10'000) : capacity_(capacity) {}

  void publish(std::string type, std::string account, wall_time at, std::function<std::string()> data);

  /// Calls `l` for every kept event after `after`, then for each new one, without a gap, until `unsubscribe`.
  /// `after` 0 means only new ones.
  std::uint64_t subscribe(std::uint64_t after, listener l);
  void unsubscribe(std::uint64_t subscription);
  /// Forgets all but the newest `count` events: memory is short. Whoever resumes from further back gets what
  /// is left.
  void keep_only(std::size_t count);
  /// The id of the newest event, 0 when there was none.
  std::uint64_t last_id() const;

private:
  mutable std::mutex mutex_;
  std::size_t capacity_;
  std::deque<account_event> events_;
  std::uint64_t last_id_ = 0;
  std::uint64_t next_subscription_ = 1;
  std::map<std::uint64_t, listener> listeners_;
};

} // namespace weixin
