#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace weixin::store {

/// A file system for SQLite that writes what a transaction appends to the write-ahead log in one piece.
///
/// SQLite writes each page to the log by two calls, 24 bytes and then the page, and what lies between two of
/// them costs more than their bytes. Here they are gathered until SQLite syncs the log, reads it or asks for
/// its size; at most `max_gathered` bytes. Everything else goes to the file system below as it comes.
///
/// Only for connections with `PRAGMA synchronous = FULL`: with that SQLite syncs the log before a transaction
/// counts, so that nobody is ever told of what was only gathered. A failure to write shows at that sync, as
/// one of the sync.
///
/// Lives longer than the connections through it. Each connection is one thread's at a time; the file system
/// may be used by several. Internal to store/.
class log_vfs {
public:
  /// SQLite's own file system for Unix takes the size of a write modulo 128 KiB.
  static constexpr std::size_t max_gathered = (std::size_t{128} << 10) - 1;

  /// `below` is SQLite's name of the file system to go through; empty: the system's own.
  explicit log_vfs(const std::string& below);
  ~log_vfs();
  log_vfs(const log_vfs&) = delete;
  log_vfs& operator=(const log_vfs&) = delete;

  /// For SQLite, and unlike that of every other one. Empty when there is none below: SQLite then says so.
  const std::string& name() const noexcept { return name_; }

private:
  struct registered;
  std::string name_;
  std::unique_ptr<registered> registered_;
};

} // namespace weixin::store
