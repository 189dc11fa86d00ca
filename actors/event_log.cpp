#include "actors/event_log.hpp"

namespace weixin {

void event_log::publish(std::string type, std::string account, wall_time at,
                        std::function<std::string()> data) {
  std::lock_guard lock(mutex_);
  events_.push_back({++last_id_, std::move(type), std::move(account), at, std::move(data)});
  if (events_.size() > capacity_) events_.pop_front();
  for (auto& [id, l] : listeners_)
    l(events_.back());
}

std::uint64_t event_log::subscribe(std::uint64_t after, listener l) {
  std::lock_guard lock(mutex_);
  if (after > 0)
    for (const auto& e : events_)
      if (e.id > after) l(e);
  listeners_.emplace(next_subscription_, std::move(l));
  return next_subscription_++;
}

void event_log::unsubscribe(std::uint64_t subscription) {
  std::lock_guard lock(mutex_);
  listeners_.erase(subscription);
}

void event_log::keep_only(std::size_t count) {
  std::lock_guard lock(mutex_);
  if (events_.size() <= count) return;
  events_.erase(events_.begin(), events_.end() - static_cast<std::ptrdiff_t>(count));
  events_.shrink_to_fit();
}

std::uint64_t event_log::last_id() const {
  std::lock_guard lock(mutex_);
  return last_id_;
}

} // namespace weixin
