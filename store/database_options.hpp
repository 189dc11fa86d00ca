#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace weixin::store {

/// What a commit survives.
enum class durability {
  power,   ///< a power cut: every commit is synced
  process, ///< a crash of the server: syncing is left to the system
};

struct database_options {
  durability survives = durability::power;
  std::chrono::milliseconds busy_timeout{5'000}; ///< how long a call waits for another program's lock
  std::uint64_t max_bytes = 0;  ///< above it writes fail with disk_full; 0: as much as there is
  int checkpoint_pages = 8'000; ///< the log is copied back into the database once it has so many pages
  std::string vfs;              ///< SQLite's name of the file system to go through; empty: the system's own
};

/// The bounds of what an account may hold.
struct store_limits {
  std::size_t unfinished_sends = 10'000; ///< more are refused with queue_full
  std::size_t friend_requests = 1'000;   ///< the oldest makes room
  std::size_t contacts = 40'000;         ///< the one seen longest ago makes room
};

} // namespace weixin::store
