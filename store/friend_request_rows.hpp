#pragma once

#include "store/records.hpp"
#include "store/rows.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace weixin::store {

// Friend requests that wait for a decision. See rows.hpp.

/// One that is there already stays as it is.
void write_friend_request(row_access rows, const account_ref& account, const friend_request_record& request);
/// Keeps the newest `most` of the account.
void keep_friend_requests(row_access rows, std::int64_t account, std::size_t most);
/// False when there is none of that id.
bool erase_friend_request(row_access rows, std::int64_t account, const std::string& id);
/// Oldest first. Rows that cannot be unsealed are left out and counted.
std::vector<friend_request_record> read_friend_requests(row_access rows, const account_ref& account,
                                                        std::uint64_t& unreadable);
/// Calls `each` for every one of the account: its id, and whether it can be unsealed.
void check_friend_requests(row_access rows, const account_ref& account,
                           const std::function<void(const std::string&, bool)>& each);

} // namespace weixin::store
