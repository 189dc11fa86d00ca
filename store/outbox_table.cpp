#include "store/outbox_table.hpp"

#include <algorithm>
#include <utility>

namespace weixin::store {

std::string_view to_string(send_state state) noexcept {
  switch (state) {
  case send_state::queued:
    return "queued";
  case send_state::attempting:
    return "attempting";
  case send_state::sent:
    return "sent";
  case send_state::refused:
    return "refused";
  case send_state::unknown:
    return "unknown";
  case send_state::expired:
    return "expired";
  }
  return "unknown";
}

bool is_unfinished(send_state state) noexcept {
  return state == send_state::queued || state == send_state::attempting;
}

result<void> outbox_table::add(send_record send) {
  if (send.id.empty()) return fail(errc::invalid_argument, "a send without id");
  if (sends_.contains(send.id)) return fail(errc::invalid_argument, "send id is taken");
  if (unfinished_ >= max_unfinished_)
    return fail(errc::queue_full, std::to_string(unfinished_) + " sends are waiting");
  send.state = send_state::queued;
  auto id = send.id;
  sends_.emplace(std::move(id), std::move(send));
  ++unfinished_;
  return {};
}

result<void> outbox_table::update(send_record send) {
  auto at = sends_.find(send.id);
  if (at == sends_.end()) return fail(errc::invalid_argument, "no such send");
  auto& stored = at->second;
  // `unknown` is no final outcome: a late answer may decide it, and a caller may have asked for another
  // attempt.
  bool is_final = !is_unfinished(stored.state) && stored.state != send_state::unknown;
  if (is_final && send.state != stored.state)
    return fail(errc::invalid_argument, "the send is already " + std::string{to_string(stored.state)});
  bool was_unfinished = is_unfinished(stored.state);
  stored.state = send.state;
  stored.msg_id = std::move(send.msg_id);
  stored.error = std::move(send.error);
  stored.updated_at = send.updated_at;
  if (!send.client_msg_id.empty()) stored.client_msg_id = std::move(send.client_msg_id);
  if (was_unfinished && !is_unfinished(stored.state)) {
    --unfinished_;
    settle(std::string{stored.id});
  } else if (!was_unfinished && is_unfinished(stored.state)) {
    ++unfinished_;
    std::erase(settled_, stored.id);
  }
  return {};
}

void outbox_table::settle(const std::string& id) {
  settled_.push_back(id);
  if (settled_.size() <= max_settled_) return;
  sends_.erase(settled_.front());
  settled_.pop_front();
}

std::optional<send_record> outbox_table::find(const std::string& id) const {
  auto at = sends_.find(id);
  if (at == sends_.end()) return std::nullopt;
  return at->second;
}

std::vector<send_record> outbox_table::unfinished() const {
  std::vector<send_record> found;
  found.reserve(unfinished_);
  for (const auto& [id, send] : sends_)
    if (is_unfinished(send.state)) found.push_back(send);
  return found;
}

} // namespace weixin::store
