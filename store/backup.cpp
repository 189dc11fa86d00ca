#include "store/backup.hpp"

#include "store/database.hpp"
#include "store/owned_fd.hpp"
#include "store/sqlite_error.hpp"
#include "store/system_failure.hpp"

#include <SQLiteCpp/Statement.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>

namespace weixin::store {

namespace {

namespace fs = std::filesystem;

/// Removes a file that is not to stay, unless told otherwise.
class unfinished_file {
public:
  explicit unfinished_file(std::string path) : path_(std::move(path)) {}
  ~unfinished_file() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  unfinished_file(const unfinished_file&) = delete;
  unfinished_file& operator=(const unfinished_file&) = delete;

  const std::string& path() const noexcept { return path_; }
  void keep() noexcept { path_.clear(); }

private:
  std::string path_;
};

owned_fd create_private(const std::string& path) {
  return owned_fd{
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)};
}

/// Gives a file that is complete its name, which must be free, and makes both last.
result<void> finish_file(unfinished_file& file, const fs::path& name, errc otherwise) {
  owned_fd written{::open(file.path().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!written || ::fsync(written.get()) != 0) return system_failure(otherwise, name.string(), errno);
  if (::renameat2(AT_FDCWD, file.path().c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE) != 0)
    return system_failure(otherwise, name.string(), errno);
  file.keep();
  auto parent = name.has_parent_path() ? name.parent_path().string() : std::string{"."};
  owned_fd directory{::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!directory || ::fsync(directory.get()) != 0) return system_failure(otherwise, parent, errno);
  return {};
}

result<void> copy_bytes(int from, int to, const std::string& name) {
  std::array<char, 1 << 16> buffer{};
  for (off_t at = 0;;) {
    auto length = ::pread(from, buffer.data(), buffer.size(), at);
    if (length < 0) return system_failure(errc::io_failed, name, errno);
    if (length == 0) return {};
    for (ssize_t done = 0; done < length;) {
      auto written = ::pwrite(to, buffer.data() + done, static_cast<std::size_t>(length - done), at + done);
      if (written < 0) return system_failure(errc::store_failed, name, errno);
      done += written;
    }
    at += length;
  }
}

/// SQLite's name of a file that nobody changes, so that it makes no files beside it.
std::string immutable_uri(const std::string& path) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
  std::string uri = "file:";
  for (unsigned char c : path) {
    if (plain.find(static_cast<char>(c)) != std::string_view::npos) {
      uri += static_cast<char>(c);
      continue;
    }
    std::array<char, 4> escaped{};
    std::snprintf(escaped.data(), escaped.size(), "%%%02X", c);
    uri += escaped.data();
  }
  return uri + "?immutable=1";
}

/// Whether the copy is a whole backup, and whether the directory has its key.
result<void> check_backup(const std::string& copy, const std::string& name, const data_directory& directory) {
  SQLite::Database db{immutable_uri(copy), SQLite::OPEN_READONLY | SQLite::OPEN_URI | SQLite::OPEN_NOMUTEX};
  db.exec("PRAGMA trusted_schema = OFF");
  int version = db.execAndGet("PRAGMA user_version").getInt();
  if (version > schema_version) return newer_schema(name, version);
  if (version < 1 || !is_whole(db, true) || (version == schema_version && !has_present_schema(db)))
    return fail(errc::store_corrupt, name + " is damaged: take another backup");
  if (version == 1) return {}; // had nothing sealed
  auto key = load_key(directory, missing_key::refuse);
  if (!key)
    return fail(key.error().code,
                key.error().context + "; a backup does not hold the key, which is to be kept apart from it");
  if (!is_its_key(db, sealer{*key}))
    return fail(errc::store_corrupt, name + " was sealed with another key than the one in " +
                                         directory.path().string() +
                                         ": put the key there that belongs to it");
  return {};
}

result<void> restore(const fs::path& file, const data_directory& directory) {
  auto name = file.string();
  for (const char* there : {"weixind.db", "weixind.db-wal"}) {
    struct stat status {};
    if (::fstatat(directory.fd(), there, &status, AT_SYMLINK_NOFOLLOW) == 0)
      return fail(errc::store_failed, (directory.path() / there).string() +
                                          " exists: a backup is restored only where there is no database");
  }
  owned_fd backup{::open(name.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!backup) return system_failure(errc::io_failed, name, errno);
  if (auto checked = check_header(backup.get(), name); !checked) return checked.error();
  auto target = directory.path() / database_name;
  auto unfinished_name = target.string() + ".new";
  ::unlink(unfinished_name.c_str());
  auto copy = create_private(unfinished_name);
  if (!copy) return system_failure(errc::store_failed, unfinished_name, errno);
  unfinished_file unfinished{unfinished_name};
  if (auto copied = copy_bytes(backup.get(), copy.get(), name); !copied) return copied.error();
  copy.reset();
  if (auto checked = check_backup(unfinished_name, name, directory); !checked) return checked.error();
  return finish_file(unfinished, target, errc::store_failed);
}

} // namespace

result<void> write_backup(SQLite::Database& from, const fs::path& file) {
  auto name = file.string();
  struct stat status {};
  if (::lstat(name.c_str(), &status) == 0)
    return fail(errc::file_exists, name + " exists: a backup never replaces a file");
  auto unfinished_name = name + ".part";
  // SQLite writes into a file of ours that is empty, so it never exists with another mode.
  if (!create_private(unfinished_name))
    return system_failure(errc::io_failed, unfinished_name, errno, "choose another name, or remove it");
  unfinished_file unfinished{unfinished_name};
  try {
    SQLite::Statement copy{from, "VACUUM INTO ?"};
    copy.bind(1, unfinished_name);
    copy.exec();
  } catch (const SQLite::Exception& e) {
    auto why = sqlite_failure("backup", e);
    if (::sqlite3_extended_errcode(from.getHandle()) == SQLITE_INTERRUPT)
      return fail(errc::cancelled, "backup: the store closes");
    return why;
  } catch (const std::exception&) {
    return fail(errc::store_failed, "backup");
  }
  return finish_file(unfinished, file, errc::io_failed);
}

result<void> restore_backup(const fs::path& file, const fs::path& data_dir) {
  auto directory = data_directory::open(data_dir);
  if (!directory) return directory.error();
  try {
    return restore(file, *directory);
  } catch (const SQLite::Exception& e) {
    auto why = sqlite_failure(file.string(), e);
    // Whatever SQLite says of a file it could read: it is no whole backup.
    return why.code == errc::store_failed ? fail(errc::store_corrupt, why.context) : why;
  } catch (const std::exception&) {
    return fail(errc::store_failed, file.string());
  }
}

} // namespace weixin::store
