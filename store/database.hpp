#pragma once

#include "protocol/result.hpp"
#include "store/data_directory.hpp"
#include "store/database_options.hpp"
#include "store/schema.hpp"
#include "store/seal.hpp"

#include <SQLiteCpp/Database.h>

#include <memory>
#include <string>

namespace weixin::store {

/// The database's name in its data directory.
inline constexpr const char* database_name = "weixind.db";

struct opened_database {
  std::unique_ptr<SQLite::Database> db;
  sealer seal;
};

/// Opens `weixind.db` in the directory, with mode 0600, or makes it: under another name first, so that a
/// crash never leaves half a database. An older schema is brought up to the present one. Internal to store/.
///
/// The key is made together with the database, or when an older schema had nothing sealed; a database that
/// has one is refused without it. A file that is not ours, is damaged, or is newer is left byte for byte as
/// it is. Of a file above 64 MiB only the tables without which nothing works are looked at: reading all of it
/// would delay the start. Errors: store_corrupt, store_newer, disk_full, store_failed.
result<opened_database> open_database(const data_directory& directory, const database_options& options);

/// One more connection to an open database, which shares nothing with the first. Throws SQLite::Exception.
std::unique_ptr<SQLite::Database> connect_again(const data_directory& directory,
                                                const database_options& options);

/// Looks at a file's first bytes: whether it is a database of this server that this version knows.
/// Errors: store_corrupt, store_newer, store_failed.
result<void> check_header(int fd, const std::string& path);
/// Whether an open database is whole; `thorough` looks at all of it, whatever its size. Throws
/// SQLite::Exception.
bool is_whole(SQLite::Database& db, bool thorough);
/// The error for a schema that this version does not know.
error newer_schema(const std::string& path, int version);

} // namespace weixin::store
