#pragma once

#include "actors/child_actor.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace weixin {

/// The SENDER: accepts sends, stores each before it answers, and sends them one at a time, in order, at the
/// pace of the account's profile (weixin-protocol.md 6).
///
/// Every send has exactly one state: queued; attempting (stored before the first byte leaves); sent with
/// Weixin's MsgID; refused (a definite no); unknown (it may have left, no answer came); expired (its deadline
/// passed while it was queued). A failure before any byte left, and 1100, 1101, 1102 and 1205, put it back to
/// queued. An unknown outcome is repeated only when the caller asked for that, `max_attempts` times in all; a
/// send that was queued again for that reason keeps the code of what happened in `error`, and never becomes
/// refused or expired, for it may have arrived. An outcome that the store does not take is offered again
/// until it does; no other send starts before.
///
/// What an earlier sender left `attempting` may have arrived: it becomes unknown, with the error
/// "interrupted", or is repeated when the caller asked for that.
///
/// Lives as long as its account, whether there is a session or not; the account supervisor opens and closes
/// its gate.
class sender final : public child_actor<sender_actor> {
public:
  /// Takes at most so many characters in one text; longer ones are refused, never cut.
  static constexpr std::size_t max_text_bytes = 16 * 1024;
  static constexpr std::size_t max_key_bytes = 255;
  static constexpr unsigned max_attempts = 3;      ///< of a send that may be repeated
  static constexpr std::size_t max_commands = 100; ///< of operators, waiting; more are refused: store_busy

  sender(caf::actor_config& cfg, std::shared_ptr<account_context> context, account_actor supervisor,
         std::uint64_t seed);
  const char* name() const override { return "sender"; }

protected:
  behavior_type make_behavior() override;

private:
  using steady_time = std::chrono::steady_clock::time_point;

  struct queued {
    store::send_record record;
    steady_time since;
    bool busy = false; // an operator's command on it is under way
  };
  using place = std::deque<queued>::iterator;

  // Accepting.
  void submit(const submit_send& s);
  result<store::send_record> checked(const send_request& what);
  /// The UserName to send to, when nothing stands in the way of sending this very moment.
  std::optional<std::string> may_leave_at_once(const store::send_record& r);
  void enqueue(store::send_record r, send_reply reply);
  void enqueue_attempting(store::send_record r, std::string user_name, send_reply reply);
  void set_gate(const send_gate& g);

  // The queue.
  void load_unfinished();
  void loaded(std::vector<store::send_record> sends);
  void push_back(store::send_record r);
  void push_front(queued q);
  queued take(place at);
  place find(const std::string& id);
  void expire_due();
  void show_queue();

  // Sending.
  /// Starts what may start, and arms the timer for what may not yet.
  void pump();
  /// When the next send may start, as seen at `t`; never before it.
  pacer::turn next_start(steady_time t) const;
  void attempt();
  void begin_attempt(store::send_record& r);
  void attempt_stored(const std::shared_ptr<webwx::session>& session, const std::string& user_name);
  void post(const std::shared_ptr<webwx::session>& session, const std::string& user_name);
  void answered(result<std::string> msg_id);
  /// Tells the supervisor whether Weixin answered an attempt, when that is news.
  void heard(bool answered);
  void outcome_unknown(const error& e);
  /// Settles the send under way, or puts it back.
  void settle(store::send_state state, std::string msg_id, std::string error_code);
  void put_back(const error& why, std::chrono::milliseconds pause);

  // Outcomes.
  /// The store will never take it: asking again is of no use.
  static bool is_final_refusal(errc code) noexcept;
  void store_outcome(store::send_record r);
  void store_next_outcome();
  void outcome_stored(result<void> stored);

  // Operators' commands.
  void command(const command_send& c);
  void run_commands();
  void cancel(place at, const send_record_reply& reply);
  void decide(const command_send& c, std::optional<store::send_record> found);
  void command_done();

  void arm(std::optional<steady_time> start);
  void wake();
  void publish(const store::send_record& r);

  std::deque<queued> queue_;
  std::set<std::pair<wall_time, std::string>> deadlines_; // of what is in queue_
  std::optional<queued> current_;                         // attempting, or about to
  bool storing_ = false;      // the store was asked about `current_` and has not answered
  std::size_t accepting_ = 0; // sends that the store was asked to take
  bool loaded_ = false;
  bool loading_ = false;
  unsigned load_failures_ = 0;
  steady_time load_not_before_{};

  std::deque<store::send_record> outcomes_; // the store has to take these before anything else is sent
  bool storing_outcome_ = false;
  unsigned outcome_failures_ = 0; // in a row
  error outcome_error_;           // the last of them
  steady_time outcome_not_before_{};

  std::deque<command_send> commands_;
  bool commanding_ = false; // the first of commands_ is under way

  std::optional<steady_time> armed_for_;
  send_gate gate_;
  unsigned failures_ = 0; // in a row, of the network
  bool answered_ = false; // the last attempt, and the supervisor was told
  steady_time post_started_{};
  steady_time not_before_{}; // after a failure
};

} // namespace weixin
