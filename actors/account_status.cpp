#include "actors/account_status.hpp"

namespace weixin {

account_view account_status::view() const {
  account_view v;
  {
    std::lock_guard lock(mutex_);
    v = view_;
  }
  v.messages_in = messages_in;
  v.messages_out = messages_out;
  v.queue = queue;
  v.restarts = restarts;
  if (auto ms = last_poll_ms.load(); ms != 0) v.last_poll_at = wall_time{} + std::chrono::milliseconds{ms};
  return v;
}

std::optional<pending_qr> account_status::qr() const {
  std::lock_guard lock(mutex_);
  return qr_;
}

void account_status::set_qr(std::optional<pending_qr> qr) {
  std::lock_guard lock(mutex_);
  qr_ = std::move(qr);
}

} // namespace weixin
