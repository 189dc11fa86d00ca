#pragma once

#include "store/store.hpp"

#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace weixin::store {

// The accounts in the database. Each call is part of the transaction that is open and throws
// SQLite::Exception when SQLite fails; the results hold account_exists and account_not_found. Internal to
// store/.

std::vector<account_record> load_accounts(SQLite::Database& db); ///< by name
result<void> insert_account(SQLite::Database& db, const account_record& account);
result<void> replace_account(SQLite::Database& db, const account_record& account);
result<void> delete_account(SQLite::Database& db, const std::string& name);

} // namespace weixin::store
