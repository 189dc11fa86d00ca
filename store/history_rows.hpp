#pragma once

#include "store/records.hpp"
#include "store/rows.hpp"

#include <vector>

namespace weixin::store {

// The accounts' state changes. See rows.hpp.

void append_change(row_access rows, std::int64_t account, const state_change& change);
std::vector<state_change> read_changes(row_access rows, std::int64_t account, std::int64_t after,
                                       std::size_t limit);
/// Deletes some hundred changes older than `before`; false when none are left.
bool drop_old_changes(row_access rows, wall_time before, std::uint64_t& dropped);
/// Leaves the account the newest `most`.
void drop_changes_beyond(row_access rows, std::int64_t account, std::size_t most, std::uint64_t& dropped);

} // namespace weixin::store
