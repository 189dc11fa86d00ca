#include "tests/store/power_loss_vfs.hpp"

#include "tests/store/support.hpp"

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <new>

namespace weixin::store {

struct power_loss_vfs::file_state {
  struct change {
    bool truncates = false;
    std::uint64_t at = 0; ///< where it writes, or the size it truncates to
    std::string bytes;
  };

  static void apply(std::string& content, const change& c, std::size_t length) {
    if (c.truncates) return content.resize(c.at);
    if (content.size() < c.at + length) content.resize(c.at + length);
    std::memcpy(content.data() + c.at, c.bytes.data(), length);
  }

  std::string synced; ///< what the disk surely has
  std::vector<change> changes;
  std::uint64_t syncs = 0;
};

struct power_loss_vfs::shim {
  sqlite3_vfs vfs{};
};

namespace {

sqlite3_vfs* real_vfs() { return ::sqlite3_vfs_find(nullptr); }

/// What SQLite takes for a file; the real one follows it in memory.
struct shim_file {
  sqlite3_file base{};
  power_loss_vfs* owner = nullptr;
  std::shared_ptr<power_loss_vfs::file_state> state; ///< null for what is not tracked

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

shim_file& shim_of(sqlite3_file* f) { return *reinterpret_cast<shim_file*>(f); }
sqlite3_file* real_of(sqlite3_file* f) { return shim_of(f).real(); }

int file_close(sqlite3_file* f) {
  int code = real_of(f)->pMethods->xClose(real_of(f));
  shim_of(f).~shim_file();
  return code;
}

int file_read(sqlite3_file* f, void* to, int size, sqlite3_int64 offset) {
  if (shim_of(f).owner->is_cut()) return SQLITE_IOERR_READ;
  return real_of(f)->pMethods->xRead(real_of(f), to, size, offset);
}

int file_write(sqlite3_file* f, const void* from, int size, sqlite3_int64 offset) {
  auto& file = shim_of(f);
  if (file.state)
    if (int code = file.owner->judge_write()) return code;
  int code = real_of(f)->pMethods->xWrite(real_of(f), from, size, offset);
  if (code == SQLITE_OK && file.state)
    file.owner->note_write(*file.state, static_cast<std::uint64_t>(offset),
                           {static_cast<const char*>(from), static_cast<std::size_t>(size)});
  return code;
}

int file_truncate(sqlite3_file* f, sqlite3_int64 size) {
  auto& file = shim_of(f);
  if (file.state)
    if (int code = file.owner->judge_write()) return code;
  int code = real_of(f)->pMethods->xTruncate(real_of(f), size);
  if (code == SQLITE_OK && file.state)
    file.owner->note_truncate(*file.state, static_cast<std::uint64_t>(size));
  return code;
}

int file_sync(sqlite3_file* f, int) {
  auto& file = shim_of(f);
  if (!file.state) return SQLITE_OK;
  if (int code = file.owner->judge_write()) return code;
  file.owner->note_sync(*file.state); // the real disk is not asked: it would only take time
  return SQLITE_OK;
}

int file_size(sqlite3_file* f, sqlite3_int64* size) {
  return real_of(f)->pMethods->xFileSize(real_of(f), size);
}
int file_lock(sqlite3_file* f, int level) { return real_of(f)->pMethods->xLock(real_of(f), level); }
int file_unlock(sqlite3_file* f, int level) { return real_of(f)->pMethods->xUnlock(real_of(f), level); }
int file_is_reserved(sqlite3_file* f, int* reserved) {
  return real_of(f)->pMethods->xCheckReservedLock(real_of(f), reserved);
}
int file_control(sqlite3_file* f, int op, void* argument) {
  return real_of(f)->pMethods->xFileControl(real_of(f), op, argument);
}
int file_sector_size(sqlite3_file* f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); }
int file_characteristics(sqlite3_file* f) { return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f)); }
int file_shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** at) {
  return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, at);
}
int file_shm_lock(sqlite3_file* f, int offset, int count, int flags) {
  return real_of(f)->pMethods->xShmLock(real_of(f), offset, count, flags);
}
void file_shm_barrier(sqlite3_file* f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); }
int file_shm_unmap(sqlite3_file* f, int remove) {
  return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

constexpr sqlite3_io_methods file_methods{2,
                                          file_close,
                                          file_read,
                                          file_write,
                                          file_truncate,
                                          file_sync,
                                          file_size,
                                          file_lock,
                                          file_unlock,
                                          file_is_reserved,
                                          file_control,
                                          file_sector_size,
                                          file_characteristics,
                                          file_shm_map,
                                          file_shm_lock,
                                          file_shm_barrier,
                                          file_shm_unmap,
                                          nullptr,
                                          nullptr};

power_loss_vfs& owner_of(sqlite3_vfs* vfs) { return *static_cast<power_loss_vfs*>(vfs->pAppData); }

std::string content_of(sqlite3_file* real) {
  sqlite3_int64 size = 0;
  if (real->pMethods->xFileSize(real, &size) != SQLITE_OK || size == 0) return {};
  std::string content(static_cast<std::size_t>(size), '\0');
  if (real->pMethods->xRead(real, content.data(), static_cast<int>(size), 0) != SQLITE_OK) return {};
  return content;
}

int vfs_open(sqlite3_vfs* vfs, const char* name, sqlite3_file* f, int flags, int* out_flags) {
  f->pMethods = nullptr;
  if (owner_of(vfs).is_cut()) return SQLITE_CANTOPEN;
  auto* file = new (f) shim_file;
  file->owner = &owner_of(vfs);
  file->real()->pMethods = nullptr;
  int code = real_vfs()->xOpen(real_vfs(), name, file->real(), flags, out_flags);
  if (code != SQLITE_OK) {
    file->~shim_file();
    f->pMethods = nullptr;
    return code;
  }
  constexpr int lasting = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;
  if (name && (flags & lasting) != 0) file->state = file->owner->track(name, content_of(file->real()));
  f->pMethods = &file_methods;
  return SQLITE_OK;
}

int vfs_delete(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  if (int code = owner_of(vfs).judge_write()) return code;
  owner_of(vfs).forget(name);
  return real_vfs()->xDelete(real_vfs(), name, sync_directory);
}

int vfs_access(sqlite3_vfs*, const char* name, int flags, int* answer) {
  return real_vfs()->xAccess(real_vfs(), name, flags, answer);
}
int vfs_full_pathname(sqlite3_vfs*, const char* name, int size, char* out) {
  return real_vfs()->xFullPathname(real_vfs(), name, size, out);
}
int vfs_randomness(sqlite3_vfs*, int size, char* out) {
  return real_vfs()->xRandomness(real_vfs(), size, out);
}
int vfs_sleep(sqlite3_vfs*, int microseconds) { return real_vfs()->xSleep(real_vfs(), microseconds); }
int vfs_current_time(sqlite3_vfs*, double* time) { return real_vfs()->xCurrentTime(real_vfs(), time); }
int vfs_last_error(sqlite3_vfs*, int size, char* out) {
  return real_vfs()->xGetLastError(real_vfs(), size, out);
}

std::string unique_name() {
  static std::atomic<int> count{0};
  return "power-loss-" + std::to_string(++count);
}

} // namespace

power_loss_vfs::power_loss_vfs(std::uint32_t seed)
    : name_(unique_name()), shim_(std::make_unique<shim>()), random_(seed + 1) {
  auto& vfs = shim_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = static_cast<int>(sizeof(shim_file)) + real_vfs()->szOsFile;
  vfs.mxPathname = real_vfs()->mxPathname;
  vfs.zName = name_.c_str();
  vfs.pAppData = this;
  vfs.xOpen = vfs_open;
  vfs.xDelete = vfs_delete;
  vfs.xAccess = vfs_access;
  vfs.xFullPathname = vfs_full_pathname;
  vfs.xRandomness = vfs_randomness;
  vfs.xSleep = vfs_sleep;
  vfs.xCurrentTime = vfs_current_time;
  vfs.xGetLastError = vfs_last_error;
  ::sqlite3_vfs_register(&vfs, 0);
}

power_loss_vfs::~power_loss_vfs() { ::sqlite3_vfs_unregister(&shim_->vfs); }

void power_loss_vfs::cut() {
  std::lock_guard lock{mutex_};
  cut_ = true;
}

void power_loss_vfs::cut_after(std::uint64_t nth) {
  std::lock_guard lock{mutex_};
  until_cut_ = nth;
}

bool power_loss_vfs::is_cut() const {
  std::lock_guard lock{mutex_};
  return cut_;
}

void power_loss_vfs::fail_writes(int code) {
  std::lock_guard lock{mutex_};
  write_failure_ = code;
}

int power_loss_vfs::judge_write() {
  std::lock_guard lock{mutex_};
  if (until_cut_ != 0 && --until_cut_ == 0) cut_ = true;
  return cut_ ? SQLITE_IOERR_WRITE : write_failure_;
}

std::shared_ptr<power_loss_vfs::file_state> power_loss_vfs::track(const std::string& path,
                                                                  std::string content) {
  std::lock_guard lock{mutex_};
  auto& state = files_[path];
  if (!state) {
    state = std::make_shared<file_state>();
    state->synced = std::move(content);
  }
  return state;
}

void power_loss_vfs::forget(const std::string& path) {
  std::lock_guard lock{mutex_};
  files_.erase(path);
}

void power_loss_vfs::note_write(file_state& file, std::uint64_t offset, std::string_view bytes) {
  std::lock_guard lock{mutex_};
  file.changes.push_back({false, offset, std::string{bytes}});
}

void power_loss_vfs::note_truncate(file_state& file, std::uint64_t size) {
  std::lock_guard lock{mutex_};
  file.changes.push_back({true, size, {}});
}

void power_loss_vfs::note_sync(file_state& file) {
  std::lock_guard lock{mutex_};
  for (const auto& change : file.changes)
    file_state::apply(file.synced, change, change.bytes.size());
  file.changes.clear();
  ++file.syncs;
}

void power_loss_vfs::power_up() {
  std::lock_guard lock{mutex_};
  for (auto& [path, file] : files_) {
    auto content = file->synced;
    for (const auto& change : file->changes) {
      switch (random_() % 4) {
      case 0:
      case 1:
        file_state::apply(content, change, change.bytes.size());
        break;
      case 2: // torn
        if (!change.truncates) file_state::apply(content, change, random_() % (change.bytes.size() + 1));
        break;
      default: // never reached the disk
        break;
      }
    }
    if (std::filesystem::exists(path)) write_file(path, content);
    std::filesystem::remove(path + "-shm");
  }
  files_.clear();
  cut_ = false;
  until_cut_ = 0;
}

std::uint64_t power_loss_vfs::syncs(std::string_view suffix) const {
  std::lock_guard lock{mutex_};
  std::uint64_t sum = 0;
  for (const auto& [path, file] : files_)
    if (path.ends_with(suffix)) sum += file->syncs;
  return sum;
}

std::size_t power_loss_vfs::unsynced_writes(std::string_view suffix) const {
  std::lock_guard lock{mutex_};
  std::size_t sum = 0;
  for (const auto& [path, file] : files_)
    if (path.ends_with(suffix)) sum += file->changes.size();
  return sum;
}

} // namespace weixin::store
