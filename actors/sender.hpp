#pragma once

#include "actors/child_actor.hpp"
#include "actors/upload_job.hpp"
#include "protocol/webwx/outgoing.hpp"

#include <array>
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
/// A file is brought to Weixin first, while its send is `queued`: no message is sent by that, so whatever
/// goes wrong with it leaves nothing unknown. A chunk that failed is sent again; after
/// `upload_job::max_failures` in a row, or when Weixin says no, the send is `refused`. What was uploaded
/// serves all attempts of one session.
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
  static constexpr std::size_t max_actions = 10;   ///< recalls and read marks at a time; more: store_busy
  /// For the turn of one of them; longer: too_frequent.
  static constexpr std::chrono::seconds max_action_wait{30};
  /// What forwarded messages that wait may hold, and one of them; more is refused: queue_full,
  /// body_too_large.
  static constexpr std::size_t max_waiting_entries = std::size_t{16} * 1024 * 1024;
  static constexpr std::size_t max_entry_bytes = std::size_t{512} * 1024;

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
    bool busy = false;          // an operator's command on it is under way
    bool is_delay_told = false; // that the pace held it back is counted
  };
  using place = std::deque<queued>::iterator;
  /// A message as it is to leave.
  struct ready_message {
    std::string user_name;
    webwx::outgoing what;
  };

  // Accepting.
  void submit(const submit_send& s);
  void not_accepted(const error& why, const send_reply& reply);
  result<store::send_record> checked(const send_request& what);
  /// Checks what is to be sent, and puts references in place of names. Errors: see fleet::send.
  result<void> check(store::text_content& text, const std::string& to);
  result<void> check(store::upload_content& upload, const std::string& to);
  result<void> check(store::sticker_content& sticker, const std::string& to);
  result<void> check(store::forward_content& forward, const std::string& to);
  /// The message, when nothing stands in the way of sending it this very moment.
  std::optional<ready_message> may_leave_at_once(const store::send_record& r);
  void enqueue(store::send_record r, send_reply reply);
  void enqueue_attempting(store::send_record r, ready_message message, send_reply reply);
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
  pacer::turn next_start(paced_operation operation, steady_time t) const;
  /// How many of the queue draw from that budget.
  std::size_t& waiting(paced_operation o) { return waiting_[static_cast<std::size_t>(o)]; }
  void attempt();
  /// Stores that the message of the send under way leaves now.
  void announce(ready_message message);
  /// What is sent to that UserName. Errors: target_lost, not_forwardable, invalid_argument.
  result<webwx::outgoing> message_of(const store::send_record& r, const std::string& user_name) const;
  result<webwx::outgoing> mentioning(const store::text_content& text, const std::string& group) const;
  void begin_attempt(store::send_record& r);
  void attempt_stored(const std::shared_ptr<webwx::session>& session, const ready_message& message);
  void post(const std::shared_ptr<webwx::session>& session, const ready_message& message);
  void answered(result<std::string> msg_id);
  /// Tells the supervisor whether Weixin answered an attempt, when that is news.
  void heard(bool answered);
  void outcome_unknown(const error& e);
  /// Settles the send under way, or puts it back.
  void settle(store::send_state state, std::string msg_id, std::string error_code);
  void put_back(const error& why, std::chrono::milliseconds pause);

  // Uploads: sender_upload.cpp.
  bool is_uploaded(const store::send_record& r) const;
  /// Begins the upload of the send under way, or goes on with it.
  void upload(const std::string& user_name);
  void upload_step();
  void ask_for_permit();
  void upload_chunk();
  void upload_failed(const error& e);
  /// What waits for its file goes back to the front; what the store has is still `queued`.
  void wait_with_upload(std::chrono::milliseconds pause);
  void cancel_upload(const send_record_reply& reply);
  void show_upload(bool at_once);
  void forget_upload();
  /// A send is settled: nobody needs its file any more.
  void remove_file(const store::send_record& r);

  // Recalls and read marks: sender_actions.cpp.
  void recall(const recall_message& wanted);
  void recall_sent(const std::string& msg_id, const std::string& to, wall_time sent_at,
                   const action_reply& reply);
  void recall_from_inbox(const std::string& msg_id, const action_reply& reply);
  void read(const mark_read& wanted);
  void act_in_turn(const action_reply& reply, std::function<void()> act);
  void run_actions();
  template <class Make, class Parse>
  void act(webwx::endpoint call, const std::string& to, const std::string& msg_id, Make make, Parse parse,
           const action_reply& reply);

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
  void publish(const store::send_record& r, std::optional<upload_progress> upload = std::nullopt);

  std::deque<queued> queue_;
  std::set<std::pair<wall_time, std::string>> deadlines_; // of what is in queue_
  std::optional<queued> current_;                         // attempting, or about to
  bool storing_ = false;      // the store was asked about `current_` and has not answered
  std::size_t accepting_ = 0; // sends that the store was asked to take
  std::array<std::size_t, paced_operation_count> waiting_{};
  std::size_t waiting_entries_ = 0;    ///< bytes of the forwarded messages in queue_
  std::unique_ptr<upload_job> upload_; ///< of the first send, or of the one before; null: none
  bool uploading_ = false;             ///< `current_` waits for its file to be with Weixin
  std::uint64_t upload_turn_ = 0;      ///< an answer of another turn is nobody's
  steady_time upload_shown_{};
  struct waiting_action {
    action_reply reply;
    std::function<void()> act;
  };
  std::deque<waiting_action> waiting_actions_; ///< their turn has not come
  std::size_t actions_ = 0;                    ///< under way
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
