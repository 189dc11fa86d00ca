#pragma once

#include "actors/child_actor.hpp"
#include "actors/contact_operation.hpp"
#include "protocol/http_message.hpp"
#include "store/records.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weixin {

/// The CONTACT OPERATOR: carries out what an operator wants done with friends and groups
/// (weixin-protocol.md 5.4, 5.5, 5.7) and asked of Weixin (4.4, 5.6, 8, 8.1), one at a time, at the account's
/// pace for friends, for groups and for questions about contacts. Each pace has a queue of its own.
///
/// Weixin's Ret 0 proves nothing here: removing, renaming, remarks and pins are reported to be ignored since
/// 2018. So after a yes the change is looked for, in what webwxsync tells and by asking again with
/// webwxbatchgetcontact, for eight seconds: `confirmed` when it was seen, `answered` when not. What cannot
/// be seen (a rejection, a request that waits for the other one, an invitation to a group) is `answered` at
/// once, and so is a question. A no is `refused` with Weixin's number; 1100, 1101, 1102, 1203 and 1205
/// concern the account as well and are reported to its supervisor. No answer is `unknown`, and nothing is
/// tried twice after a byte has left; what failed before is tried again until its time is over. A question
/// without an answer is `refused`: nothing can have come of it.
///
/// Lives as long as the session. What is queued when the session ends has `expired`; what is under way is
/// `unknown`. When only this actor is lost, its successor goes on with what is queued.
class contact_operator final : public child_actor<contact_operator_actor> {
public:
  static constexpr std::size_t max_text_bytes = 1'024; ///< of a greeting, reply or remark
  static constexpr std::size_t max_word_bytes = 256;   ///< of a topic, what is searched or reported
  static constexpr std::size_t max_link_bytes = 4'096;

  contact_operator(caf::actor_config& cfg, std::shared_ptr<account_context> context, account_actor supervisor,
                   std::uint64_t seed);
  const char* name() const override { return "contact_operator"; }

protected:
  behavior_type make_behavior() override;

private:
  using steady_time = std::chrono::steady_clock::time_point;
  using request_record = store::friend_request_record;

  /// The operation under way; the book has the rest of it.
  struct active {
    std::string id;
    std::string user_name;            // the contact, the group, who asked to be a friend
    std::vector<std::string> members; // UserNames
    steady_time confirming_since{};
    unsigned looks = 0; // times that Weixin was asked again
    bool call_under_way = false;
  };
  /// What a call answered.
  struct call_answer {
    std::string group; // of group_create
    std::vector<std::string> left_out;
    webwx::contact_list told; // of a search, or members
    std::string leads_to;     // of link_check
  };

  // Accepting.
  void submit(const submit_operation& s);
  void accept(contact_operation_request what, const operation_reply& reply);
  /// Finds out who is meant, and puts references in the place of names. Errors: as of the names, and
  /// invalid_argument, wrong_kind.
  result<void> check(contact_operation_request& what) const;
  result<void> check_members(contact_operation_request& what) const;

  // Carrying out.
  void pump();
  /// The first of the queue whose turn comes soonest; null when nothing is queued.
  operation_book::entry* next_in_turn(pacer::turn& turn);
  void begin(operation_book::entry& e);
  /// When it may begin: at its pace, and at that of the question that it begins with.
  pacer::turn turn_of(const contact_operation_request& what);
  /// The UserName of a group whose members have to be known first, and are not.
  std::optional<std::string> group_to_count(const contact_operation_request& what) const;
  void count_members(std::string group);
  void attempt(operation_book::entry& e);
  /// Fills `active_` and makes the call. Errors: as `check`, target_lost.
  result<http_request> prepare(operation_book::entry& e);
  result<void> prepare_members(const contact_operation_request& what);
  result<http_request> ask_for_names(const std::string& group) const;
  static webwx::endpoint endpoint_of(contact_operation_kind kind) noexcept;
  static result<call_answer> parse(contact_operation_kind kind, const http_response& answer);
  void answered(result<call_answer> answer);
  /// Takes over what an answer brought.
  void take(operation_book::entry& e, call_answer answer);
  void show_found(contact_operation& op, std::vector<webwx::contact> found);
  void name_members(const std::string& group, const std::vector<webwx::contact>& members);
  void refused(operation_book::entry& e, const error& why);

  // Looking for the change.
  void confirm();
  bool is_seen(const contact_operation_request& what) const;
  void look_again();
  void ask_about_target(std::function<void()> then);
  void end(operation_book::entry& e, operation_state state, const error& why);
  /// A friend request that is decided is no longer listed; `then` follows.
  void forget_request(const std::string& id, std::function<void()> then);

  void show_queue();
  void arm(std::optional<steady_time> turn);
  void wake();
  operation_book::entry* current();

  std::shared_ptr<webwx::session> session_;
  std::optional<active> active_;
  std::map<std::string, request_record> requests_; // of operations that are open, by the request's id
  unsigned failures_ = 0;                          // in a row, before a byte left
  steady_time not_before_{};                       // after a failure
};

} // namespace weixin
