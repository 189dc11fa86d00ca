#pragma once

#include "protocol/result.hpp"

#include <filesystem>

namespace SQLite {
class Database;
}

namespace weixin::store {

/// Writes a consistent copy of a database to `file`, which must not exist: mode 0600, synced, and of that
/// name only once it is complete. Sealed rows stay sealed: the key is no part of the copy. Blocks. Errors:
/// io_failed, disk_full, store_corrupt, store_failed. Internal to store/.
result<void> write_backup(SQLite::Database& from, const std::filesystem::path& file);

/// Makes the database of a data directory from a backup, for a server that does not run. The directory is
/// made when it is missing, and must not have a database. The backup is checked whole before anything is
/// written; its key must be there (`<data_dir>/key`, or the systemd credential), because a backup does not
/// hold it. Blocks.
///
/// Errors: data_dir_in_use; store_failed (there is a database already; the system says no); store_corrupt (no
/// whole backup, or the key is missing or another one); store_newer; disk_full; io_failed (the backup cannot
/// be read). Each context says what to do.
result<void> restore_backup(const std::filesystem::path& file, const std::filesystem::path& data_dir);

} // namespace weixin::store
