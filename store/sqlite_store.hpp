#pragma once

#include "store/database.hpp"
#include "store/store.hpp"
#include "store/tables.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>

namespace weixin::store {

struct sqlite_store_options {
  std::filesystem::path data_dir;
  database_options database;
  store_limits limits;
  /// Calls that may wait for the store thread. One more is refused: its `done` is called with queue_full, at
  /// once and on the caller's thread.
  std::size_t max_waiting_calls = 100'000;
  /// Writes that share one transaction at most.
  std::size_t max_group = 500;
};

/// Opens the data directory, locks it against a second server, and opens or makes the database in it.
///
/// Blocks for the time that takes: for the start of the program. The store works on one thread of its own;
/// writes that wait together are committed together. Its destructor carries out what waits and closes the
/// files; it must not run inside a `done`. A `done` must not throw.
///
/// Accounts are on disk; sessions, inbox and outbox last as long as the process.
///
/// Errors: data_dir_in_use (the context names the process), store_newer, store_corrupt (the file is left as
/// it is), disk_full, store_failed (the context says what the system said and what to do).
result<std::unique_ptr<store>> open_sqlite_store(sqlite_store_options options);

} // namespace weixin::store
