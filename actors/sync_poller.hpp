#pragma once

#include "actors/child_actor.hpp"
#include "protocol/webwx/sync.hpp"

#include <set>

namespace weixin {

/// The SYNC POLLER: turns synccheck and webwxsync (weixin-protocol.md 4.5, 4.6) into stored messages.
///
/// Promise: the session's keys move only after the store has the messages, so that a crash repeats a batch
/// and never skips one; the store drops repeats by MsgId. Reports every good answer and every failure to the
/// account supervisor and waits for `try_again` after a failure; it decides nothing about restarts itself.
/// Calls webwxsync at least hourly, because only that extends the cookies' life (weixin-protocol.md 1.4 rule
/// 2).
class sync_poller final : public child_actor<sync_poller_actor> {
public:
  sync_poller(caf::actor_config& cfg, std::shared_ptr<account_context> context, account_actor supervisor,
              std::uint64_t seed);
  const char* name() const override { return "sync_poller"; }

protected:
  behavior_type make_behavior() override;

private:
  void check();
  void checked(const webwx::synccheck_answer& answer);
  void sync();
  void synced(webwx::sync_answer answer);
  void committed(const webwx::sync_answer& answer, const std::vector<store::inbound_message>& fresh);
  void poll_later();
  void failed(error e);
  void dispatch(const webwx::sync_answer& answer, const std::vector<store::inbound_message>& fresh);
  void learn(const webwx::sync_answer& answer);
  void want_group(const std::string& user_name);
  void get_wanted_groups();

  std::shared_ptr<webwx::session> session_;
  std::chrono::milliseconds distance_{0};
  std::chrono::steady_clock::time_point last_sync_{};
  std::chrono::steady_clock::time_point check_started_{};
  unsigned empty_batches_ = 0; // in a row, with a selector that says otherwise
  bool group_call_under_way_ = false;
  std::set<std::string> wanted_groups_;
};

} // namespace weixin
