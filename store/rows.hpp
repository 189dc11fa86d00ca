#pragma once

#include "store/connection.hpp"
#include "store/seal.hpp"
#include "store/stored_time.hpp"

#include <cstdint>
#include <string>

namespace weixin::store {

/// What the functions of every table work with. Each call is part of the transaction that is open, and throws
/// SQLite::Exception when SQLite fails; then the transaction is to be rolled back. An error in a result is a
/// refusal: nothing was changed. Internal to store/.
struct row_access {
  connection& db;
  sealer& seal;

  query use(const char* sql) { return query{db.prepared(sql)}; }
};

/// The account that rows belong to: its number in the tables, its name in what is sealed.
struct account_ref {
  std::int64_t id = 0;
  std::string name;
};

} // namespace weixin::store
