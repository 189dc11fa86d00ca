#include "store/history_rows.hpp"

#include <algorithm>
#include <limits>

namespace weixin::store {

namespace {

constexpr std::size_t max_page = 1'000;
constexpr std::int64_t slice = 500;

state_change change_of(const query& found) {
  state_change change;
  change.id = found.number(0);
  change.at = from_stored(found.number(1));
  change.from = found.text(2);
  change.to = found.text(3);
  change.reason = found.text(4);
  return change;
}

} // namespace

void append_change(row_access rows, std::int64_t account, const state_change& change) {
  rows.use("INSERT INTO history (account, at_ms, old_state, new_state, reason) VALUES (?, ?, ?, ?, ?)")
      .bind(account, to_stored(change.at), change.from, change.to, change.reason)
      .run();
}

std::vector<state_change> read_changes(row_access rows, std::int64_t account, std::int64_t after,
                                       std::size_t limit) {
  std::vector<state_change> changes;
  auto most = static_cast<std::int64_t>(std::min(limit, max_page));
  if (after != 0) {
    auto found = rows.use("SELECT id, at_ms, old_state, new_state, reason FROM history "
                          "WHERE account = ? AND id > ? ORDER BY id LIMIT ?");
    found.bind(account, after, most);
    while (found.next())
      changes.push_back(change_of(found));
    return changes;
  }
  auto found = rows.use("SELECT id, at_ms, old_state, new_state, reason FROM history "
                        "WHERE account = ? ORDER BY id DESC LIMIT ?");
  found.bind(account, most);
  while (found.next())
    changes.push_back(change_of(found));
  std::reverse(changes.begin(), changes.end());
  return changes;
}

bool drop_old_changes(row_access rows, wall_time before, std::uint64_t& dropped) {
  auto gone = rows.use("DELETE FROM history WHERE id IN "
                       "(SELECT id FROM history INDEXED BY history_age WHERE at_ms < ? LIMIT ?)")
                  .bind(to_stored(before), slice)
                  .run();
  dropped += gone;
  return gone > 0;
}

void drop_changes_beyond(row_access rows, std::int64_t account, std::size_t most, std::uint64_t& dropped) {
  auto kept = static_cast<std::int64_t>(
      std::min<std::size_t>(most, static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max())));
  dropped += rows.use("DELETE FROM history WHERE account = ?1 AND id <= (SELECT id FROM history "
                      "WHERE account = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)")
                 .bind(account, kept)
                 .run();
}

} // namespace weixin::store
