#pragma once

#include "store/records.hpp"
#include "store/rows.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace weixin::store {

// The sends. See rows.hpp.

/// What an idempotency key and a request leave behind.
struct request_hashes {
  std::string key;
  std::string request; ///< of recipient and content
};
request_hashes hashes_of(const sealer& seal, const account_ref& account, const send_record& send);

/// A send that the same key made before, and whether it was for the same recipient and content.
struct keyed_send {
  send_record record;
  bool same_request = false;
};
/// Error: store_corrupt.
result<std::optional<keyed_send>> find_keyed_send(row_access rows, const account_ref& account,
                                                  const request_hashes& hashes);

/// Where a send stands in its table, and in which state.
struct send_row {
  std::int64_t row = 0;
  send_state state{};
};

/// The row it got; nothing when the id or the key is taken. `hashes` is null without an idempotency key.
std::optional<std::int64_t> insert_send(row_access rows, const account_ref& account, const send_record& send,
                                        const request_hashes* hashes);
std::optional<send_row> find_send_row(row_access rows, std::int64_t account, const std::string& id);
/// `settles_or_opens`: the send was unfinished and is no more, or the other way round. False when there is no
/// such row.
bool replace_send(row_access rows, std::int64_t row, const send_record& send, bool settles_or_opens);
std::size_t count_unfinished(row_access rows, std::int64_t account);

/// Error: store_corrupt.
result<std::optional<send_record>> read_send(row_access rows, const account_ref& account,
                                             const std::string& id);
/// The send that Weixin knows as `msg_id`: the newest one. Looks at every send of the account.
result<std::optional<send_record>> read_sent(row_access rows, const account_ref& account,
                                             const std::string& msg_id);
/// The spool files of all sends that are not settled.
std::vector<std::string> read_spooled(row_access rows);
/// Those of one account.
std::vector<std::string> read_spooled(row_access rows, std::int64_t account);
/// By id. Rows that cannot be unsealed are left out and counted, here and below.
std::vector<send_record> read_unfinished(row_access rows, const account_ref& account,
                                         std::uint64_t& unreadable);
std::vector<send_record> read_sends(row_access rows, const account_ref& account, const outbox_query& wanted,
                                    std::uint64_t& unreadable);
/// Calls `each` for every send of the account: its id, and whether it can be unsealed.
void check_sends(row_access rows, const account_ref& account,
                 const std::function<void(const std::string&, bool)>& each);

/// Schema 2 knew nothing but texts: one of them, as it is sealed now. What cannot be unsealed stays as it is.
std::string reseal_text_of_schema_2(sealer& seal, const std::string& account, const std::string& id,
                                    const std::string& to, std::string sealed);

/// Deletes settled sends that did not change since `before`, of the some hundred rows that follow `after`.
/// Moves `after` to the last row that was looked at; false at the end.
bool drop_settled_sends(row_access rows, wall_time before, wall_time now, std::int64_t& after,
                        std::uint64_t& dropped);

} // namespace weixin::store
