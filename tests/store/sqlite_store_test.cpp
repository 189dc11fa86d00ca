#include "store/sqlite_store.hpp"
#include "tests/store/support.hpp"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <future>
#include <random>

namespace weixin::store {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct SqliteStore : testing::Test {
  temporary_directory directory;
  sqlite_store_options options;
  std::unique_ptr<store> s;

  SqliteStore() {
    options.data_dir = directory.path() / "data";
    options.database.busy_timeout = 10ms;
  }

  fs::path file() const { return options.data_dir / "weixind.db"; }
  waiting_store call() { return {*s}; }

  void open() {
    s.reset(); // first lets the old one go
    auto opened = open_sqlite_store(options);
    ASSERT_TRUE(opened) << to_string(opened.error());
    s = std::move(*opened);
  }

  error refused() {
    s.reset();
    auto opened = open_sqlite_store(options);
    EXPECT_FALSE(opened);
    return opened ? error{} : opened.error();
  }

  /// A directory that holds a file of that content under the database's name.
  void plant(const std::string& content) {
    fs::create_directory(options.data_dir);
    ASSERT_EQ(::chmod(options.data_dir.c_str(), 0700), 0);
    write_file(file(), content);
  }

  SQLite::Database raw() {
    return SQLite::Database{file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  }

  std::vector<std::string> account_names() {
    std::vector<std::string> names;
    auto accounts = call().list_accounts();
    if (!accounts) return {to_string(accounts.error())};
    for (const auto& account : *accounts)
      names.push_back(account.name);
    return names;
  }
};

using names = std::vector<std::string>;

TEST_F(SqliteStore, KeepsAccountsOverARestart) {
  open();
  auto account = account_named("shop-01");
  ASSERT_TRUE(call().add_account(account));
  ASSERT_TRUE(call().add_account(account_named("shop-02")));
  ASSERT_TRUE(call().add_account(account_named("shop-03")));
  account.bots = {"rules", "echo", "echo"};
  account.desired = desired_state::paused;
  account.uin = 1001;
  ASSERT_TRUE(call().update_account(account));
  ASSERT_TRUE(call().remove_account("shop-02"));
  open();
  auto accounts = call().list_accounts();
  ASSERT_TRUE(accounts);
  ASSERT_EQ(accounts->size(), 2u);
  EXPECT_EQ(accounts->at(0).name, "shop-01");
  EXPECT_EQ(accounts->at(0).kind, "webwx");
  EXPECT_EQ(accounts->at(0).bots, (names{"rules", "echo", "echo"}));
  EXPECT_EQ(accounts->at(0).desired, desired_state::paused);
  EXPECT_EQ(accounts->at(0).created_at, account.created_at);
  EXPECT_EQ(accounts->at(0).uin, 1001);
  EXPECT_EQ(accounts->at(1).name, "shop-03");
}

TEST_F(SqliteStore, KeepsWhatWasAnsweredWhenTheProcessDies) {
  auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto opened = open_sqlite_store(options);
    if (!opened) ::_exit(1);
    waiting_store dying{**opened};
    for (int i = 0; i < 20; ++i)
      if (!dying.add_account(account_named("shop-" + std::to_string(i)))) ::_exit(2);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  open();
  EXPECT_EQ(account_names().size(), 20u);
}

TEST_F(SqliteStore, CarriesOutWhatWaitsBeforeItCloses) {
  open();
  std::atomic<int> answers{0};
  for (int i = 0; i < 100; ++i)
    s->add_account(account_named("shop-" + std::to_string(i)), [&](auto r) { answers += r ? 1 : 0; });
  s.reset();
  EXPECT_EQ(answers, 100);
  open();
  EXPECT_EQ(account_names().size(), 100u);
}

TEST_F(SqliteStore, KeepsItsFilesFromOthersWhateverTheUmask) {
  auto before = ::umask(0);
  open();
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  ::umask(before);
  EXPECT_EQ(mode_of(options.data_dir), 0700u);
  for (const auto& entry : fs::directory_iterator{options.data_dir})
    EXPECT_EQ(mode_of(entry.path()), 0600u) << entry.path();
}

TEST_F(SqliteStore, RefusesASecondServerOnTheSameDirectory) {
  open();
  auto second = open_sqlite_store(options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::data_dir_in_use);
  EXPECT_NE(second.error().context.find(std::to_string(::getpid())), std::string::npos);
}

TEST_F(SqliteStore, WorksInAWriteAheadLogThatIsSyncedAtEachCommit) {
  open();
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  EXPECT_EQ(raw().execAndGet("PRAGMA journal_mode").getString(), "wal");
  EXPECT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), schema_version);
  EXPECT_TRUE(fs::exists(options.data_dir / "weixind.db-wal"));
}

// -- files that must not be touched
// ------------------------------------------------------------------------------

struct Untouched : SqliteStore {
  void expect_untouched(errc code) {
    auto before = read_file(file());
    auto e = refused();
    EXPECT_EQ(e.code, code) << to_string(e);
    EXPECT_NE(e.context.find("weixind.db"), std::string::npos) << e.context;
    EXPECT_TRUE(read_file(file()) == before) << "the file was changed";
  }
};

TEST_F(Untouched, GarbageIsRefused) {
  plant(std::string(8192, 'x'));
  expect_untouched(errc::store_corrupt);
}

TEST_F(Untouched, AnEmptyFileIsRefused) {
  plant("");
  expect_untouched(errc::store_corrupt);
}

TEST_F(Untouched, ATruncatedHeaderIsRefused) {
  open();
  s.reset();
  plant(read_file(file()).substr(0, 60));
  expect_untouched(errc::store_corrupt);
}

TEST_F(Untouched, ATruncatedDatabaseIsRefused) {
  open();
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(call().add_account(account_named("shop-" + std::to_string(i))));
  s.reset();
  auto whole = read_file(file());
  ASSERT_GT(whole.size(), 3u * 4096u);
  plant(whole.substr(0, whole.size() - 4096));
  expect_untouched(errc::store_corrupt);
}

TEST_F(Untouched, ADamagedPageIsRefused) {
  open();
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(call().add_account(account_named("shop-" + std::to_string(i))));
  s.reset();
  auto damaged = read_file(file());
  std::fill(damaged.begin() + 4096, damaged.begin() + 4096 + 512, '\xff');
  plant(damaged);
  expect_untouched(errc::store_corrupt);
}

TEST_F(Untouched, ANewerSchemaIsRefused) {
  open();
  s.reset();
  raw().exec("PRAGMA user_version = 99");
  expect_untouched(errc::store_newer);
}

TEST_F(Untouched, ANewerSchemaThatIsStillInTheLogIsRefused) {
  open();
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  s.reset();
  {
    auto newer = raw();
    newer.exec("PRAGMA user_version = 99");
    // What a crash leaves behind: the change is in the log and not yet in the file.
    fs::copy_file(options.data_dir / "weixind.db-wal", directory.path() / "wal");
    fs::copy_file(file(), directory.path() / "db");
  }
  fs::rename(directory.path() / "db", file());
  fs::rename(directory.path() / "wal", options.data_dir / "weixind.db-wal");
  auto log = read_file(options.data_dir / "weixind.db-wal");
  ASSERT_FALSE(log.empty());
  expect_untouched(errc::store_newer);
  EXPECT_TRUE(read_file(options.data_dir / "weixind.db-wal") == log) << "the log was changed";
}

TEST_F(Untouched, AnotherProgramsDatabaseIsRefused) {
  plant("");
  fs::remove(file());
  raw().exec("CREATE TABLE notes (text); PRAGMA application_id = 77");
  expect_untouched(errc::store_corrupt);
}

TEST_F(Untouched, ALogWithoutItsDatabaseIsRefused) {
  plant("");
  fs::rename(file(), options.data_dir / "weixind.db-wal");
  auto e = refused();
  EXPECT_EQ(e.code, errc::store_corrupt);
  EXPECT_FALSE(fs::exists(file()));
}

TEST_F(Untouched, ALinkInPlaceOfTheDatabaseIsNotFollowed) {
  plant("");
  fs::remove(file());
  write_file(directory.path() / "victim", "text");
  fs::create_symlink(directory.path() / "victim", file());
  EXPECT_EQ(refused().code, errc::store_failed);
  EXPECT_EQ(read_file(directory.path() / "victim"), "text");
}

TEST_F(Untouched, AFileWithAFlippedBitIsReadOrRefusedAndNeverACrash) {
  open();
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(call().add_account(account_named("shop-" + std::to_string(i))));
  s.reset();
  const auto good = read_file(file());
  std::minstd_rand random{20240607};
  int refusals = 0;
  for (int i = 0; i < 100; ++i) {
    auto bad = good;
    bad[random() % bad.size()] ^= static_cast<char>(1 << random() % 8);
    write_file(file(), bad);
    if (auto opened = open_sqlite_store(options)) {
      EXPECT_TRUE(waiting_store{**opened}.list_accounts());
    } else {
      ++refusals;
      EXPECT_TRUE(read_file(file()) == bad) << "a refused file was changed, flip " << i;
    }
    fs::remove(options.data_dir / "weixind.db-wal");
    fs::remove(options.data_dir / "weixind.db-shm");
  }
  EXPECT_GT(refusals, 0);
}

TEST_F(SqliteStore, LosesNoMoreThanTheTornEndOfItsLog) {
  open();
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  ASSERT_TRUE(call().add_account(account_named("shop-02")));
  auto log = read_file(options.data_dir / "weixind.db-wal");
  fs::copy_file(file(), directory.path() / "db");
  s.reset();
  fs::rename(directory.path() / "db", file());
  write_file(options.data_dir / "weixind.db-wal", log.substr(0, log.size() - 100));
  open();
  EXPECT_EQ(account_names(), names{"shop-01"});
}

TEST_F(SqliteStore, StartsAnewAfterACrashDuringItsCreation) {
  plant("");
  fs::rename(file(), options.data_dir / "weixind.db.new");
  write_file(options.data_dir / "weixind.db.new-journal", "half a journal");
  open();
  EXPECT_EQ(account_names(), names{});
  EXPECT_FALSE(fs::exists(options.data_dir / "weixind.db.new"));
}

// -- trouble while it runs
// ---------------------------------------------------------------------------------------

TEST_F(SqliteStore, SaysThatTheDiskIsFullAndRecoversByItself) {
  open();
  s.reset();
  options.database.max_bytes = fs::file_size(file()) + std::uintmax_t{16} * 4096;
  open();
  auto big = account_named("shop-big");
  big.bots.assign(100, std::string(2000, 'b'));
  auto answer = call().add_account(big);
  EXPECT_EQ(code_of(answer), errc::disk_full) << (answer ? "" : to_string(answer.error()));
  EXPECT_EQ(account_names(), names{});
  EXPECT_TRUE(call().add_account(account_named("shop-01")));
  EXPECT_EQ(account_names(), names{"shop-01"});
}

TEST_F(SqliteStore, SaysThatTheDiskIsFullWhenItCannotBeMade) {
  options.database.max_bytes = 4096;
  EXPECT_EQ(refused().code, errc::disk_full);
  EXPECT_FALSE(fs::exists(file()));
  options.database.max_bytes = 0;
  open();
}

TEST_F(SqliteStore, LetsOneFailingWriteOfAGroupFailAlone) {
  open();
  s.reset();
  options.database.max_bytes = fs::file_size(file()) + std::uintmax_t{16} * 4096;
  open();
  auto big = account_named("shop-big");
  big.bots.assign(100, std::string(2000, 'b'));
  // Holds the store thread until all four wait, so that they become one group.
  std::promise<void> all_wait;
  auto released = all_wait.get_future();
  s->list_accounts([&](auto) { released.wait(); });
  std::vector<errc> answers(4, errc::internal);
  auto keep = [&](std::size_t i) { return [&, i](result<void> r) { answers[i] = code_of(r); }; };
  s->add_account(account_named("shop-01"), keep(0));
  s->add_account(big, keep(1));
  s->add_account(account_named("shop-01"), keep(2));
  s->add_account(account_named("shop-02"), keep(3));
  all_wait.set_value();
  EXPECT_EQ(account_names(), (names{"shop-01", "shop-02"}));
  EXPECT_EQ(answers,
            (std::vector<errc>{errc::internal, errc::disk_full, errc::account_exists, errc::internal}));
  options.database.max_bytes = 0;
  open();
  EXPECT_EQ(account_names(), (names{"shop-01", "shop-02"}));
}

TEST_F(SqliteStore, FailsBoundedlyWhileAnotherProgramHoldsTheDatabase) {
  open();
  {
    auto other = raw();
    other.exec("BEGIN IMMEDIATE");
    EXPECT_EQ(code_of(call().add_account(account_named("shop-01"))), errc::store_failed);
    EXPECT_EQ(account_names(), names{});
    other.exec("ROLLBACK");
  }
  EXPECT_TRUE(call().add_account(account_named("shop-01")));
}

TEST_F(SqliteStore, FailsWhenItsTablesAreGone) {
  open();
  raw().exec("DROP TABLE account_bot");
  auto answer = call().add_account(account_named("shop-01"));
  EXPECT_EQ(code_of(answer), errc::store_failed);
  EXPECT_EQ(answer.error().context.find("shop-01"), std::string::npos) << "what was stored is not quoted";
  EXPECT_EQ(account_names(), names{});
}

TEST_F(SqliteStore, RefusesCallsBeyondItsQueue) {
  options.max_waiting_calls = 3;
  open();
  std::promise<void> started, release;
  auto released = release.get_future();
  s->list_accounts([&](auto) {
    started.set_value();
    released.wait();
  });
  ASSERT_EQ(started.get_future().wait_for(20s), std::future_status::ready);
  std::atomic<int> refusals{0}, answers{0};
  for (int i = 0; i < 5; ++i)
    s->add_account(account_named("shop-" + std::to_string(i)), [&](result<void> r) {
      ++answers;
      if (!r && r.error().code == errc::queue_full) ++refusals;
    });
  EXPECT_EQ(refusals, 2);
  EXPECT_EQ(answers, 2) << "a call that cannot wait is answered at once";
  release.set_value();
  s.reset();
  EXPECT_EQ(answers, 5);
  open();
  EXPECT_EQ(account_names(), (names{"shop-0", "shop-1", "shop-2"}));
}

TEST_F(SqliteStore, RefusesAPlaceItCannotWriteTo) {
  write_file(directory.path() / "file", "");
  options.data_dir = directory.path() / "file" / "data";
  EXPECT_EQ(refused().code, errc::store_failed);
}

TEST_F(SqliteStore, LeavesNothingOfARemovedAccountInItsFiles) {
  open();
  auto account = account_named("shop-01");
  account.bots = {"marker-4c1d"};
  ASSERT_TRUE(call().add_account(account));
  ASSERT_TRUE(call().remove_account("shop-01"));
  s.reset();
  EXPECT_EQ(read_file(file()).find("marker-4c1d"), std::string::npos);
}

TEST_F(SqliteStore, MayTradePowerSafetyForSpeed) {
  options.database.survives = durability::process;
  open();
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  open();
  EXPECT_EQ(account_names(), names{"shop-01"});
}

} // namespace
} // namespace weixin::store
