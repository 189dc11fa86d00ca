#include "store/log_vfs.hpp"

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <new>
#include <string_view>

namespace weixin::store {

/// SQLite's table of functions, and the one that it was copied from.
struct log_vfs::registered : sqlite3_vfs {
  sqlite3_vfs* below = nullptr;
};

namespace {

/// What waits to be written, and where it belongs.
struct gathered {
  std::string bytes;
  sqlite3_int64 offset = 0;

  sqlite3_int64 end() const noexcept { return offset + static_cast<sqlite3_int64>(bytes.size()); }
  bool overlaps(sqlite3_int64 from, int size) const noexcept {
    return !bytes.empty() && from < end() && offset < from + size;
  }
};

/// A write-ahead log. The file of the file system below lies behind it in the memory that SQLite gives.
struct log_file : sqlite3_file {
  gathered waiting;

  sqlite3_file* below() noexcept { return reinterpret_cast<sqlite3_file*>(this + 1); }

  int write_out() noexcept {
    if (waiting.bytes.empty()) return SQLITE_OK;
    auto* file = below();
    int code = file->pMethods->xWrite(file, waiting.bytes.data(), static_cast<int>(waiting.bytes.size()),
                                      waiting.offset);
    waiting.bytes.clear();
    return code;
  }
};
static_assert(sizeof(log_file) % 8 == 0, "the file behind it needs the alignment that SQLite gives");

log_file& log_of(sqlite3_file* file) noexcept { return *static_cast<log_file*>(file); }

int close(sqlite3_file* f) {
  auto& log = log_of(f);
  int written = log.write_out();
  auto* below = log.below();
  int closed = below->pMethods->xClose(below);
  log.~log_file();
  return written != SQLITE_OK ? written : closed;
}

int read(sqlite3_file* f, void* out, int size, sqlite3_int64 from) {
  auto& log = log_of(f);
  if (log.waiting.overlaps(from, size))
    if (int code = log.write_out(); code != SQLITE_OK) return code;
  auto* below = log.below();
  return below->pMethods->xRead(below, out, size, from);
}

int write(sqlite3_file* f, const void* data, int size, sqlite3_int64 offset) {
  auto& log = log_of(f);
  auto& waiting = log.waiting;
  bool follows = offset == waiting.end() &&
                 waiting.bytes.size() + static_cast<std::size_t>(size) <= log_vfs::max_gathered;
  if (!follows) {
    if (int code = log.write_out(); code != SQLITE_OK) return code;
    waiting.offset = offset;
  }
  try {
    waiting.bytes.append(static_cast<const char*>(data), static_cast<std::size_t>(size));
    return SQLITE_OK;
  } catch (const std::exception&) {
    return SQLITE_IOERR_NOMEM;
  }
}

int truncate(sqlite3_file* f, sqlite3_int64 size) {
  auto& log = log_of(f);
  if (int code = log.write_out(); code != SQLITE_OK) return code;
  auto* below = log.below();
  return below->pMethods->xTruncate(below, size);
}

int sync(sqlite3_file* f, int flags) {
  auto& log = log_of(f);
  if (int code = log.write_out(); code != SQLITE_OK) return code;
  auto* below = log.below();
  return below->pMethods->xSync(below, flags);
}

int file_size(sqlite3_file* f, sqlite3_int64* size) {
  auto& log = log_of(f);
  if (int code = log.write_out(); code != SQLITE_OK) return code;
  auto* below = log.below();
  return below->pMethods->xFileSize(below, size);
}

int lock(sqlite3_file* f, int kind) {
  auto* below = log_of(f).below();
  return below->pMethods->xLock(below, kind);
}

int unlock(sqlite3_file* f, int kind) {
  auto* below = log_of(f).below();
  return below->pMethods->xUnlock(below, kind);
}

int check_reserved_lock(sqlite3_file* f, int* answer) {
  auto* below = log_of(f).below();
  return below->pMethods->xCheckReservedLock(below, answer);
}

int file_control(sqlite3_file* f, int what, void* argument) {
  auto* below = log_of(f).below();
  return below->pMethods->xFileControl(below, what, argument);
}

int sector_size(sqlite3_file* f) {
  auto* below = log_of(f).below();
  return below->pMethods->xSectorSize(below);
}

int device_characteristics(sqlite3_file* f) {
  auto* below = log_of(f).below();
  return below->pMethods->xDeviceCharacteristics(below);
}

// A log has no shared memory and is not mapped: version 1 of the methods is all that SQLite asks of it.
constexpr sqlite3_io_methods log_methods{1,
                                         close,
                                         read,
                                         write,
                                         truncate,
                                         sync,
                                         file_size,
                                         lock,
                                         unlock,
                                         check_reserved_lock,
                                         file_control,
                                         sector_size,
                                         device_characteristics,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr};

std::string unique_name() {
  static std::atomic<std::uint64_t> count{0};
  return "weixind-log-" + std::to_string(++count);
}

} // namespace

log_vfs::log_vfs(const std::string& below) {
  auto* found = ::sqlite3_vfs_find(below.empty() ? nullptr : below.c_str());
  if (!found) return;
  name_ = unique_name();
  registered_ = std::make_unique<registered>();
  // All but opening is done by the functions below.
  static_cast<sqlite3_vfs&>(*registered_) = *found;
  registered_->below = found;
  registered_->pNext = nullptr;
  registered_->zName = name_.c_str();
  registered_->szOsFile = static_cast<int>(sizeof(log_file)) + found->szOsFile;
  registered_->xOpen = [](sqlite3_vfs* vfs, const char* path, sqlite3_file* f, int flags, int* out_flags) {
    auto* real = static_cast<registered*>(vfs)->below;
    if ((flags & SQLITE_OPEN_WAL) == 0) return real->xOpen(real, path, f, flags, out_flags);
    auto* log = new (f) log_file;
    log->below()->pMethods = nullptr;
    int code = real->xOpen(real, path, log->below(), flags, out_flags);
    if (code == SQLITE_OK) {
      log->pMethods = &log_methods;
      return code;
    }
    if (log->below()->pMethods) log->below()->pMethods->xClose(log->below());
    log->~log_file();
    f->pMethods = nullptr;
    return code;
  };
  ::sqlite3_vfs_register(registered_.get(), 0);
}

log_vfs::~log_vfs() {
  if (registered_) ::sqlite3_vfs_unregister(registered_.get());
}

} // namespace weixin::store
