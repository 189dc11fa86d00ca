#include "store/database.hpp"

#include "store/sqlite_error.hpp"
#include "store/system_failure.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <string>

namespace weixin::store {

namespace {

constexpr const char* unfinished_name = "weixind.db.new";
constexpr std::uint64_t page_bytes = 4096;

std::uint32_t big_endian(const unsigned char* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}

std::unique_ptr<SQLite::Database> connect(const std::string& path, const database_options& options) {
  auto db = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX,
                                               static_cast<int>(options.busy_timeout.count()), options.vfs);
  if (options.max_bytes > 0)
    db->execAndGet("PRAGMA max_page_count = " +
                   std::to_string(std::max<std::uint64_t>(1, options.max_bytes / page_bytes)));
  return db;
}

void configure(SQLite::Database& db, const database_options& options) {
  db.exec("PRAGMA trusted_schema = OFF");
  db.exec("PRAGMA foreign_keys = ON");
  db.exec("PRAGMA secure_delete = ON");
  db.exec("PRAGMA temp_store = MEMORY");
  // Pages that every message touches stay in memory, and are copied back from the log once for many changes.
  db.exec("PRAGMA cache_size = -16384");
  db.exec("PRAGMA wal_autocheckpoint = " + std::to_string(options.checkpoint_pages));
  db.exec(options.survives == durability::power ? "PRAGMA synchronous = FULL"
                                                : "PRAGMA synchronous = NORMAL");
}

/// Makes the schema in a file of another name and gives it the real one once it is complete and synced.
result<void> create(const data_directory& directory, const std::string& path,
                    const database_options& options) {
  // SQLite would replay a log that belongs to another database into the new one.
  struct stat status {};
  if (::fstatat(directory.fd(), "weixind.db-wal", &status, AT_SYMLINK_NOFOLLOW) == 0)
    return fail(errc::store_corrupt,
                path + " is missing, its log " + path + "-wal is there: restore both, or remove it");
  // First the key: a database whose key was never on disk could not be opened again.
  auto key = load_key(directory, missing_key::make);
  if (!key) return key.error();
  for (const char* left_over : {unfinished_name, "weixind.db.new-journal"})
    ::unlinkat(directory.fd(), left_over, 0);
  owned_fd file{::openat(directory.fd(), unfinished_name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                         S_IRUSR | S_IWUSR)};
  if (!file) return system_failure(errc::store_failed, path, errno);
  file.reset(); // before SQLite opens it: closing any descriptor of a file drops the process's locks on it
  {
    auto db = connect(directory.path() / unfinished_name, options);
    db->exec("PRAGMA synchronous = FULL");
    SQLite::Transaction transaction{*db, SQLite::TransactionBehavior::EXCLUSIVE};
    sealer seal{*key};
    create_schema(*db, seal);
    transaction.commit();
  }
  if (::renameat(directory.fd(), unfinished_name, directory.fd(), database_name) != 0 ||
      ::fsync(directory.fd()) != 0)
    return system_failure(errc::store_failed, path, errno);
  return {};
}

result<void> check_file(const data_directory& directory, const std::string& path) {
  owned_fd file{::openat(directory.fd(), database_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!file) return system_failure(errc::store_failed, path, errno);
  if (auto checked = check_header(file.get(), path); !checked) return checked.error();
  if (::fchmod(file.get(), S_IRUSR | S_IWUSR) != 0) return system_failure(errc::store_failed, path, errno);
  return {};
}

constexpr std::uint64_t small_file = std::uint64_t{64} << 20;
/// The tables without which no account can be served. Messages and sends are many; one that cannot be read is
/// set aside when it is asked for.
constexpr const char* needed_tables[] = {"meta", "account", "account_bot", "session", "sync_key", "position"};

bool quick_check(SQLite::Database& db, const std::string& argument) {
  return db.execAndGet("PRAGMA quick_check(" + argument + ")").getString() == "ok";
}

/// Brings an older schema up to the present one, all or nothing.
void migrate(SQLite::Database& db, int version, sealer& seal) {
  db.exec("PRAGMA foreign_keys = OFF");
  {
    SQLite::Transaction transaction{db, SQLite::TransactionBehavior::IMMEDIATE};
    migrate_schema(db, version, seal);
    transaction.commit();
  }
  db.exec("PRAGMA foreign_keys = ON");
}

result<opened_database> open_existing(const data_directory& directory, const std::string& path,
                                      const database_options& options) {
  auto db = connect(path, options);
  // Until the file is known to be good, closing it must not write a left-over log into it.
  auto* handle = db->getHandle();
  ::sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  configure(*db, options);
  int version = db->execAndGet("PRAGMA user_version").getInt();
  if (version > schema_version) return newer_schema(path, version);
  if (version < 1 || !is_whole(*db, false) || (version == schema_version && !has_present_schema(*db)))
    return fail(errc::store_corrupt, path + " is damaged; it was left untouched");
  // Version 1 had nothing sealed.
  auto key = load_key(directory, version == 1 ? missing_key::make : missing_key::refuse);
  if (!key) return key.error();
  sealer seal{*key};
  if (version > 1 && !is_its_key(*db, seal))
    return fail(
        errc::store_corrupt,
        path + " was sealed with another key: put back the one that belongs to it; it was left untouched");
  if (db->execAndGet("PRAGMA journal_mode = WAL").getString() != "wal")
    return fail(errc::store_failed, path + ": the file system does not allow a write-ahead log");
  if (version < schema_version) migrate(*db, version, seal);
  ::sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  return opened_database{std::move(db), std::move(seal)};
}

} // namespace

error newer_schema(const std::string& path, int version) {
  return fail(errc::store_newer, path + " has schema " + std::to_string(version) + ", this version knows " +
                                     std::to_string(schema_version) + ": use a newer weixind");
}

// Before SQLite may touch the file (SQLite file format, section 1.3: the version at offset 60 and the
// application id at 68).
result<void> check_header(int fd, const std::string& path) {
  std::array<unsigned char, 100> header{};
  auto length = ::pread(fd, header.data(), header.size(), 0);
  if (length < 0) return system_failure(errc::store_failed, path, errno);
  constexpr std::string_view magic{"SQLite format 3\0", 16};
  if (length < 100 || !std::equal(magic.begin(), magic.end(), header.begin()))
    return fail(errc::store_corrupt, path + " is not a database; it was left untouched");
  if (big_endian(&header[68]) != application_id)
    return fail(errc::store_corrupt, path + " is another program's database; it was left untouched");
  if (auto version = big_endian(&header[60]); version > static_cast<std::uint32_t>(schema_version))
    return newer_schema(path,
                        static_cast<int>(std::min<std::uint32_t>(version, std::numeric_limits<int>::max())));
  return {};
}

bool is_whole(SQLite::Database& db, bool thorough) {
  auto bytes = static_cast<std::uint64_t>(db.execAndGet("PRAGMA page_count").getInt64()) * page_bytes;
  if (thorough || bytes <= small_file) return quick_check(db, "1");
  for (const char* table : needed_tables)
    if (db.tableExists(table) && !quick_check(db, table)) return false;
  return true;
}

std::unique_ptr<SQLite::Database> connect_again(const data_directory& directory,
                                                const database_options& options) {
  auto db = connect((directory.path() / database_name).string(), options);
  configure(*db, options);
  return db;
}

result<opened_database> open_database(const data_directory& directory, const database_options& options) {
  auto path = (directory.path() / database_name).string();
  try {
    struct stat status {};
    if (::fstatat(directory.fd(), database_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT) return system_failure(errc::store_failed, path, errno);
      if (auto created = create(directory, path, options); !created) return created.error();
    }
    if (auto checked = check_file(directory, path); !checked) return checked.error();
    return open_existing(directory, path, options);
  } catch (const SQLite::Exception& e) {
    return sqlite_failure(path, e);
  } catch (const std::exception&) {
    return fail(errc::store_failed, path);
  }
}

} // namespace weixin::store
