#include "supervisor/account_supervisor.hpp"

#include <utility>

namespace weixin::supervisor {

namespace {

/// Hands a request to the sender, or answers it while the sender is being restarted.
template <class Request>
void hand_on(account_supervisor& self, const sender_actor& sender, Request what) {
  if (!sender) return what.reply(fail(errc::not_online, "the account is being restarted; try again"));
  self.send(sender, std::move(what));
}

} // namespace

void account_supervisor::submit(submit_send what) { hand_on(*this, context_->sender, std::move(what)); }
void account_supervisor::recall(recall_message what) { hand_on(*this, context_->sender, std::move(what)); }
void account_supervisor::mark_as_read(mark_read what) { hand_on(*this, context_->sender, std::move(what)); }
void account_supervisor::command_send(weixin::command_send what) {
  hand_on(*this, context_->sender, std::move(what));
}

} // namespace weixin::supervisor
