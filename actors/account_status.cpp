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
  auto show = [](const std::atomic<std::int64_t>& ms, std::optional<wall_time>& at) {
    if (auto value = ms.load(); value != 0) at = wall_time{} + std::chrono::milliseconds{value};
  };
  show(last_poll_ms, v.last_poll_at);
  show(last_event_ms, v.last_event_at);
  show(last_send_ms, v.last_send_at);
  for (std::size_t i = 0; i < pacing_.size(); ++i) {
    v.pacing[i].waiting = pacing_[i].waiting;
    show(pacing_[i].next_ms, v.pacing[i].next_at);
    if (v.pacing[i].next_at) v.pacing[i].reason = pacing_[i].reason;
  }
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

std::shared_ptr<const webwx::scan_picture> account_status::scan_picture() const {
  std::lock_guard lock(mutex_);
  return scan_picture_;
}

void account_status::set_scan_picture(std::shared_ptr<const webwx::scan_picture> picture) {
  std::lock_guard lock(mutex_);
  scan_picture_ = std::move(picture);
}

} // namespace weixin
