#pragma once

#include "protocol/result.hpp"
#include "store/data_directory.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace SQLite {
class Database;
}

namespace weixin::store {

/// What a commit survives.
enum class durability {
  power,   ///< a power cut: every commit is synced
  process, ///< a crash of the server: syncing is left to the system
};

/// Marks a file as this server's database ("Wxnd").
inline constexpr std::uint32_t application_id = 0x57786e64;
/// The schema this version writes. Older ones are brought up to it when they are opened, newer ones are
/// refused.
inline constexpr int schema_version = 1;

struct database_options {
  durability survives = durability::power;
  std::chrono::milliseconds busy_timeout{5'000}; ///< how long a call waits for another program's lock
  std::uint64_t max_bytes = 0; ///< above it writes fail with disk_full; 0: as much as there is
};

/// Opens `weixind.db` in the directory, with mode 0600, or makes it: under another name first, so that a
/// crash never leaves half a database. Internal to store/.
///
/// A file that is not ours, is damaged, or is newer is left byte for byte as it is.
/// Errors: store_corrupt, store_newer, disk_full, store_failed.
result<std::unique_ptr<SQLite::Database>> open_database(const data_directory& directory,
                                                        const database_options& options);

} // namespace weixin::store
