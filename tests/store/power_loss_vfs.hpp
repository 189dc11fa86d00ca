#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3_vfs;

namespace weixin::store {

/// A file system for SQLite that knows what a power cut would leave.
///
/// It stands before the real one: every write is done there at once, and remembered until SQLite syncs that
/// file. `cut` takes the power away; from then on every call fails. `power_up` puts the files into a state
/// that a disk may be in after that: all that was synced, and of the writes since then any, none, or a part
/// of each, drawn from the seed. Names of files are taken as lasting at once.
class power_loss_vfs {
public:
  explicit power_loss_vfs(std::uint32_t seed);
  ~power_loss_vfs();
  power_loss_vfs(const power_loss_vfs&) = delete;
  power_loss_vfs& operator=(const power_loss_vfs&) = delete;

  /// For database_options::vfs.
  const std::string& name() const noexcept { return name_; }

  void cut();
  /// Takes the power away at the nth write or sync from now on, before it is done.
  void cut_after(std::uint64_t nth);
  bool is_cut() const;
  void power_up();

  /// From now on writes and syncs answer this code of SQLite's, and do nothing; 0: they work again.
  void fail_writes(int code);

  /// Of the files whose names end so: how often they were synced, and how many writes were not yet.
  std::uint64_t syncs(std::string_view suffix) const;
  std::size_t unsynced_writes(std::string_view suffix) const;

  struct file_state;
  struct shim; ///< SQLite's table of functions, which calls the ones below

  /// What SQLite's answer is before a write or sync is done; 0: go on.
  int judge_write();
  std::shared_ptr<file_state> track(const std::string& path, std::string content);
  void forget(const std::string& path);
  void note_write(file_state& file, std::uint64_t offset, std::string_view bytes);
  void note_truncate(file_state& file, std::uint64_t size);
  void note_sync(file_state& file);

private:
  mutable std::mutex mutex_;
  std::string name_;
  std::unique_ptr<shim> shim_;
  std::minstd_rand random_;
  std::map<std::string, std::shared_ptr<file_state>> files_;
  std::uint64_t until_cut_ = 0; ///< 0: no cut is near
  bool cut_ = false;
  int write_failure_ = 0;
};

} // namespace weixin::store
