#pragma once

#include "store/store.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weixin::store {

/// True for the states in which a send waits for the sender; all others are an outcome.
bool is_unfinished(send_state state) noexcept;

/// The sends of one account. Not thread-safe.
class outbox_table {
public:
  outbox_table(std::size_t max_unfinished, std::size_t max_settled)
      : max_unfinished_(max_unfinished), max_settled_(max_settled) {}

  /// As `store::enqueue`. Errors: queue_full; invalid_argument for an empty id or one that is taken.
  result<void> add(send_record send);
  /// As `store::update_send`. Errors: invalid_argument for an unknown id or a send whose outcome is final.
  result<void> update(send_record send);
  std::optional<send_record> find(const std::string& id) const;
  std::vector<send_record> unfinished() const;

private:
  void settle(const std::string& id);

  std::size_t max_unfinished_;
  std::size_t max_settled_;
  std::map<std::string, send_record> sends_; // ids ascend in time, so this is the order of arrival
  std::size_t unfinished_ = 0;
  std::deque<std::string> settled_; // oldest outcome first
};

} // namespace weixin::store
