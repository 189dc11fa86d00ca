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
    bool is_delay_told = false;    // that the pace held it back is counted
  };

  void try_again();
  void check();
  void checked(const webwx::synccheck_answer& answer);
  void sync();
  void synced(webwx::sync_answer answer);
  void store(std::shared_ptr<batch> b);
  std::optional<weixin::store::friend_request_record> friend_request_of(const webwx::raw_message& m) const;
  void stored(batch& b, webwx::session next, const std::vector<store::appended_message>& fresh);
  void poll_later();
  void failed(error e, bool at_push_host = false);
  void dispatch(batch& b, const std::vector<store::appended_message>& fresh);
  void warn_of_keys_going_back(const webwx::sync_answer& answer) const;

  void learn(webwx::sync_answer& answer);
  /// Asks about groups that spoke and are not known, as soon as the pace allows, and stores the batch then;
  /// without asking when that would hold messages back for long.
  void ask_and_store(std::shared_ptr<batch> b);
  /// The groups of the batch of which nothing is known. They are asked for before their first message is
  /// stored: a group that is known by then gets the reference that it had in earlier sessions.
  std::vector<std::string> strange_groups(const webwx::sync_answer& answer);
  /// Remembers whom to ask about beside the polls: groups whose members are not known or changed, and people
  /// who write and have no name yet.
  void want_contacts(const webwx::sync_answer& answer);
  void want_speaker(const webwx::message& m);
  void get_wanted_contacts();
  http_request ask_about(const std::vector<std::string>& user_names) const;
  bool learn_details(result<webwx::contact_list> contacts);

  std::shared_ptr<webwx::session> session_;
  /// The session as the store has it, its keys aside; nullopt: not known.
  std::optional<webwx::session> stored_session_;
  bool waits_to_try_again_ = false;
  bool store_failed_ = false; // the last failure was the store's
  std::chrono::milliseconds distance_{0};
  std::chrono::steady_clock::time_point last_sync_{};
  std::chrono::steady_clock::time_point check_started_{};
  unsigned empty_batches_ = 0;  // in a row, with a selector that says otherwise
  std::shared_ptr<batch> held_; // waits until its strange groups may be asked about
  bool details_call_under_way_ = false;
  bool details_timer_armed_ = false;
  bool details_delay_told_ = false; // of the next call
  std::set<std::string> wanted_contacts_;
  std::set<std::string> asked_groups_;   // of strange_groups, once each
  std::set<std::string> asked_speakers_; // of want_speaker, once each
};

} // namespace weixin
