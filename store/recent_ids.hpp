#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>

namespace weixin::store {

/// Remembers the last `capacity` message ids of one account, so that a repeated batch is recognised.
class recent_ids {
public:
  explicit recent_ids(std::size_t capacity) : capacity_(capacity) {}

  /// True when the id is new; from then on it is known, and the oldest is forgotten when there are too many.
  bool add(std::string_view id) {
    auto [at, added] = known_.emplace(id);
    if (!added) return false;
    order_.push_back(&*at);
    if (order_.size() > capacity_) {
      known_.erase(*order_.front());
      order_.pop_front();
    }
    return true;
  }

  std::size_t size() const noexcept { return order_.size(); }

private:
  std::size_t capacity_;
  std::unordered_set<std::string> known_; // its nodes stay where they are
  std::deque<const std::string*> order_;
};

} // namespace weixin::store
