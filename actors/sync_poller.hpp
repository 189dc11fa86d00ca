#pragma once

#include "actors/child_actor.hpp"
#include "protocol/webwx/sync.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weixin {

/// The SYNC POLLER: turns synccheck and webwxsync (weixin-protocol.md 4.5, 4.6) into stored messages.
///
/// Promise: the session's keys move only after the store has the messages, so that a crash repeats a batch
/// and never skips one; the store drops repeats by MsgId. While the store takes nothing, nothing is fetched:
/// after a failure of the store it is probed before the next poll. Reports every good answer and every
/// failure to the account supervisor and waits for `try_again` after a failure; it decides nothing about
/// restarts itself. Calls webwxsync at least hourly, because only that extends the cookies' life
/// (weixin-protocol.md 1.4 rule 2).
class sync_poller final : public child_actor<sync_poller_actor> {
public:
  sync_poller(caf::actor_config& cfg, std::shared_ptr<account_context> context, account_actor supervisor,
              std::uint64_t seed);
  const char* name() const override { return "sync_poller"; }

protected:
  behavior_type make_behavior() override;

private:
  /// One answer of webwxsync on its way into the store.
  struct batch {
    webwx::sync_answer answer;
    std::vector<inbound> messages; // those of the answer that are for the inbox, without their seq
    std::optional<error> ended;    // what said meanwhile that the session is dead
    bool wants_media = false;      // something of it is to be fetched
  };

  void try_again();
  void check();
  void checked(const webwx::synccheck_answer& answer);
  void sync();
  void synced(webwx::sync_answer answer);
  void store(std::shared_ptr<batch> b);
  void stored(batch& b, webwx::session next, const std::vector<store::appended_message>& fresh);
  void poll_later();
  void failed(error e, bool at_push_host = false);
  void dispatch(batch& b, const std::vector<store::appended_message>& fresh);
  void warn_of_keys_going_back(const webwx::sync_answer& answer) const;

  void learn(const webwx::sync_answer& answer);
  /// The groups of the batch of which nothing is known. They are asked for before their first message is
  /// stored: a group that is known by then gets the reference that it had in earlier sessions.
  std::vector<std::string> strange_groups(const webwx::sync_answer& answer);
  void want_groups(const webwx::sync_answer& answer);
  void get_wanted_groups();
  http_request ask_about(const std::vector<std::string>& groups) const;
  bool learn_groups(result<std::vector<webwx::contact>> groups);

  std::shared_ptr<webwx::session> session_;
  /// The session as the store has it, its keys aside; nullopt: not known.
  std::optional<webwx::session> stored_session_;
  bool waits_to_try_again_ = false;
  bool store_failed_ = false; // the last failure was the store's
  std::chrono::milliseconds distance_{0};
  std::chrono::steady_clock::time_point last_sync_{};
  std::chrono::steady_clock::time_point check_started_{};
  unsigned empty_batches_ = 0; // in a row, with a selector that says otherwise
  bool group_call_under_way_ = false;
  std::set<std::string> wanted_groups_;
  std::set<std::string> asked_groups_; // of strange_groups, once each
};

} // namespace weixin
