#pragma once

#include "actors/contact_operation.hpp"
#include "store/ids.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin {

/// The operations on friends and groups of one account: what waits, what is under way, and the last ones that
/// ended. In memory alone: a restart of the server forgets all of it. It outlives the actor that carries them
/// out, so that nobody waits for an answer of one that is gone. No actor, no clock: times come in. On the
/// account's shard only.
class operation_book {
public:
  using steady_time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t max_open = 100;  ///< waiting and under way
  static constexpr std::size_t max_ended = 200; ///< remembered; the oldest is forgotten

  struct entry {
    contact_operation op;
    contact_operation_request what;
    steady_time expires;        ///< still queued then: expired
    bool is_delay_told = false; ///< that the pace held it back is counted

  private:
    friend class operation_book;
    struct waiter {
      steady_time until;
      operation_reply reply;
    };
    std::vector<waiter> waiters_;
  };

  /// `ended` hears of every operation that ends, before its callers do.
  operation_book(std::shared_ptr<store::id_source> ids, std::function<void(const contact_operation&)> ended)
      : ids_(std::move(ids)), on_end_(std::move(ended)) {}

  /// Queues it; `reply` is called when it is final, or by `answer_waiters` once its wait is over. Error:
  /// queue_full, which the caller of `reply` is told by this call's result alone.
  result<entry*> accept(contact_operation_request what, operation_reply reply, steady_time now, wall_time at);

  /// The oldest that is queued; null when there is none. Entries stay where they are until they are final.
  entry* next_queued() noexcept;
  /// One that is not final; null when it is, or never was.
  entry* find_open(std::string_view id) noexcept;
  /// Calls `each` for what is queued, oldest first.
  void for_each_queued(const std::function<void(entry&)>& each);

  void move_to(entry& e, operation_state state, wall_time at);
  /// Ends it, and answers all that wait for it.
  void finish(entry& e, operation_state state, const error& why, wall_time at);
  /// Ends what is queued and was to begin before `now`.
  void expire(steady_time now, wall_time at);
  /// Answers who has waited long enough with what is known by now.
  void answer_waiters(steady_time now);
  /// When `expire` or `answer_waiters` has something to do next.
  std::optional<steady_time> next_due() const noexcept;

  /// The actor was lost in the middle: what it had under way is unknown, or answered when Weixin said yes
  /// before. What is queued stays.
  void interrupt(wall_time at);
  /// The session is over: as `interrupt`, and what is queued expires.
  void end_session(wall_time at);

  std::optional<contact_operation> find(std::string_view id) const;
  std::vector<contact_operation> list() const; ///< newest first

private:
  std::shared_ptr<store::id_source> ids_;
  std::function<void(const contact_operation&)> on_end_;
  std::deque<std::unique_ptr<entry>> open_; // in the order of their acceptance
  std::deque<contact_operation> ended_;     // oldest first
};

} // namespace weixin
