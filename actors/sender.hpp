#pragma once

#include "actors/child_actor.hpp"

#include <deque>

namespace weixin {

/// The SENDER: accepts texts, stores each before it answers, and sends them one at a time, in order, at the
/// pace of the account's profile (weixin-protocol.md 6).
///
/// Every send has exactly one state: queued; attempting (stored before the first byte leaves); sent with
/// Weixin's MsgID; refused (a definite no); unknown (it may have left, no answer came: never repeated). A
/// failure before any byte left, and 1100, 1101, 1102 and 1205, put it back to queued. Lives as long as its
/// account, whether there is a session or not; the account supervisor opens and closes its gate.
class sender final : public child_actor<sender_actor> {
public:
  /// Takes at most so many characters in one text; longer ones are refused, never cut.
  static constexpr std::size_t max_text_bytes = 16 * 1024;

  sender(caf::actor_config& cfg, std::shared_ptr<account_context> context, account_actor supervisor,
         std::uint64_t seed);
  const char* name() const override { return "sender"; }

protected:
  behavior_type make_behavior() override;

private:
  void submit(const submit_text& s);
  void set_gate(const send_gate& g);
  void load_unfinished();
  void pump();
  void attempt();
  void post(std::shared_ptr<webwx::session> session, std::string user_name);
  void answered(result<std::string> msg_id);
  /// Settles the send under way, or puts it back, and stores that before the next one starts.
  void settle(store::send_state state, std::string msg_id, std::string error_code);
  void put_back(error why, std::chrono::milliseconds pause);
  void publish(const store::send_record& r);
  void show_queue();

  struct queued {
    store::send_record record;
    std::chrono::steady_clock::time_point since;
  };

  std::deque<queued> queue_;
  std::optional<queued> current_; // attempting, or about to
  bool storing_ = false;          // the store was asked and has not answered
  bool loaded_ = false;
  send_gate gate_;
  pacer pacer_;
  unsigned failures_ = 0; // in a row, of the network
  std::chrono::steady_clock::time_point post_started_{};
  std::chrono::steady_clock::time_point not_before_{}; // after a failure
};

} // namespace weixin
