#pragma once

#include "store/records.hpp"
#include "store/rows.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weixin::store {

// The accounts, their bots and settings. See rows.hpp.

std::vector<account_record> load_accounts(row_access rows); ///< by name
std::optional<std::int64_t> find_account(row_access rows, const std::string& name);
/// Error: account_exists.
result<void> insert_account(row_access rows, const account_record& account);
void replace_account(row_access rows, std::int64_t id, const account_record& account);

/// Takes the account out of sight, with its session, its media and all that is small; answers the media files
/// that nobody needs any more. What is left of it is for `purge_step`.
std::vector<std::string> hide_account(row_access rows, std::int64_t id);
/// Deletes a bounded part of what hidden accounts left. True while there may be more.
bool purge_step(row_access rows);

} // namespace weixin::store
