#pragma once

#include "httpd/message.hpp"
#include "protocol/result.hpp"
#include "simulator/answer.hpp"
#include "simulator/fault_book.hpp"
#include "simulator/injection.hpp"
#include "simulator/moment.hpp"
#include "simulator/options.hpp"
#include "simulator/people.hpp"
#include "simulator/world.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weixin::simulator {

/// The server side of the protocol without sockets, threads and clocks: requests and times go in, answers
/// come out, and the same input gives the same output. The Host header decides which of the service's hosts
/// is meant (weixin-protocol.md 1.1). One thread; every call carries the present time, which never goes back.
///
/// After any call other answers may have become ready (a message wakes a long poll): fetch them by
/// `take_released`, and call `advance` no later than `next_event`.
class simulated_weixin {
public:
  explicit simulated_weixin(simulator_options options);
  simulated_weixin(const simulated_weixin&) = delete;
  simulated_weixin& operator=(const simulated_weixin&) = delete;

  /// The answer, or nothing: then the exchange is held and its answer comes by `take_released` under `id`,
  /// which is not 0 and was not used before.
  std::optional<answer> handle(exchange_id id, const httpd::request& r, const moment& now);
  /// The client of a held exchange has gone.
  void forget(exchange_id id, const moment& now);
  /// Runs what has come due: long polls that are over, phones, load.
  void advance(const moment& now);
  std::optional<steady_time> next_event() const;
  std::vector<std::pair<exchange_id, answer>> take_released();

  // What people and operators do. The names are those of the control API (README.md).
  result<void> add_users(std::size_t count, const people_shape& shape, const moment& now);
  result<void> scan(std::string_view uuid, std::size_t user, const moment& now);
  result<void> confirm(std::string_view uuid, const moment& now);
  result<void> cancel(std::string_view uuid, const moment& now);
  result<void> expire(std::string_view uuid, const moment& now);
  result<injected> inject(injection what, const moment& now);
  result<void> start_load(double rate_per_second, double seconds, std::string text, const moment& now);
  void stop_load();
  /// Ends the user's session, or all for user 0, with that code. Returns how many.
  std::size_t end_sessions(std::size_t user, int code, const moment& now);
  /// Gives the user's session new keys, or all for user 0.
  std::size_t rotate_keys(std::size_t user, const moment& now);
  /// Returns the rule's id. Errors: queue_full (too many rules), invalid_argument (numbers out of range).
  result<std::uint64_t> add_fault(fault_rule rule);
  bool remove_fault(std::uint64_t id);
  void clear_faults();
  /// Changes the options that can change; seeds and the canary stay.
  void set_options(simulator_options o, const moment& now);
  result<std::string> add_friend(std::size_t user, std::string nick, const moment& now);
  result<void> set_remark(std::size_t user, std::string_view contact, std::string remark, const moment& now);
  result<void> delete_contact(std::size_t user, std::string_view contact, const moment& now);
  /// Forgets the ledger, the sends, the violations and the request counts.
  void clear_records();

  /// Everything there is to read.
  const world& state() const noexcept { return world_; }
  world& state() noexcept { return world_; }
  /// The same for a change at that time, by the functions that work on a world.
  world& state_at(const moment& now) noexcept {
    world_.now = now;
    return world_;
  }
  const load_plan& load() const noexcept { return load_; }

private:
  std::size_t user_of(const request_view& r) const;

  world world_;
  load_plan load_;
};

} // namespace weixin::simulator
