#pragma once

#include "store/records.hpp"
#include "store/rows.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weixin::store {

// The received messages and how far each consumer has read them. See rows.hpp.

/// The highest seq that was ever given.
std::int64_t last_seq(row_access rows);
/// Notes it, so that it holds when messages are deleted.
void keep_last_seq(row_access rows);
/// False, and `seq` not used, when the account has a message of that msg_id already.
bool append_message(row_access rows, const account_ref& account, const inbound_message& message, wall_time at,
                    std::int64_t seq);
/// Rows that cannot be unsealed are left out and counted.
std::vector<stored_message> read_messages(row_access rows, const account_ref& account,
                                          const inbox_query& wanted, std::uint64_t& unreadable);
/// One message with its raw entry. Error: store_corrupt.
result<std::optional<stored_message>> read_message(row_access rows, const account_ref& account,
                                                   const std::string& msg_id);
inbox_positions read_positions(row_access rows, std::int64_t account);
void write_position(row_access rows, std::int64_t account, const std::string& consumer, std::int64_t seq);

/// Calls `each` for every message of the account: its seq, and whether it can be unsealed.
void check_messages(row_access rows, const account_ref& account,
                    const std::function<void(std::int64_t, bool)>& each);

// `keep_last_seq` comes before these.

/// Deletes messages stored before `before`, at most some hundred that follow `after`. Moves `after` to the
/// last one that was looked at; false at the end.
bool drop_old_messages(row_access rows, wall_time before, wall_time now, std::int64_t& after,
                       std::uint64_t& dropped);
/// Adds what the store holds of that account.
void add_sizes(row_access rows, std::int64_t account, held_rows& held);
/// The seq up to which messages are to go so that the rest has at most `bytes`; 0: none.
std::int64_t seq_beyond_bytes(row_access rows, std::int64_t account, std::uint64_t bytes);
/// Deletes some hundred messages up to that seq; false when none are left.
bool drop_messages_to(row_access rows, std::int64_t account, std::int64_t seq, std::uint64_t& dropped);

} // namespace weixin::store
