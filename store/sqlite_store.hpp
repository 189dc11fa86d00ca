#pragma once

#include "store/database_options.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace weixin::store {

struct sqlite_store_options {
  std::filesystem::path data_dir;
  database_options database;
  store_limits limits;
  /// Calls that may wait for the store thread. One more is refused: its `done` is called with store_busy, at
  /// once and on the caller's thread.
  std::size_t max_waiting_calls = 100'000;
  /// Calls that share one transaction at most.
  std::size_t max_group = 500;
  /// While calls come faster than one by one, a transaction waits so long after the one before it, or until
  /// so many calls share it: what each transaction costs is then shared too. A call that comes alone never
  /// waits.
  std::chrono::microseconds group_wait{5'000};
  std::size_t group_enough = 64;
  /// With less room than this where data_dir is, `commit` and `enqueue` are refused with disk_full.
  std::uint64_t reserve_bytes = std::uint64_t{64} << 20;
  /// The room there, asked at most once a second, on the store's thread; nullopt when it is not known. Empty:
  /// what the system says.
  std::function<std::optional<std::uint64_t>()> free_bytes;
  /// Told of every transaction on the store's thread: whether it writes, how many calls shared it, how long
  /// it took, and whether it failed and was undone. May be empty. Must not throw.
  std::function<void(bool writes, std::size_t calls, std::chrono::nanoseconds took, bool failed)>
      on_transaction{};
  /// For tests of crashes: called on the store's thread before and after every transaction that writes is
  /// committed.
  std::function<void()> before_commit, after_commit;
};

/// Opens the data directory, locks it against a second server, and opens or makes the database in it.
///
/// Blocks for the time that takes: for the start of the program. The store works on one thread of its own;
/// calls that wait together are done in one transaction. Backups and checks have a second thread and
/// connection, so nothing waits for them; while one of them, or another program, reads, the log of a removed
/// account is emptied by one of the next calls after that instead of at once. The destructor carries out what
/// waits, ends a backup or check with `cancelled`, and closes the files; it must not run inside a `done`. A
/// `done` must not throw.
///
/// Errors: data_dir_in_use (the context names the process), store_newer, store_corrupt (the file is left as
/// it is; also for a missing or another key), disk_full, store_failed (the context says what the system said
/// and what to do).
result<std::unique_ptr<store>> open_sqlite_store(sqlite_store_options options);

} // namespace weixin::store
