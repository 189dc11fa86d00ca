#include "store/schema.hpp"
#include "tests/store/opened_store.hpp"
#include "tests/store/power_loss_vfs.hpp"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <future>
#include <stdexcept>
#include <utility>
#include <vector>

namespace weixin::store {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct SqliteStore : OpenedStore {
  SqliteStore() { options.database.survives = durability::power; }
};

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

TEST_F(SqliteStore, TellsOfEveryTransaction) {
  struct transaction {
    bool writes, failed;
    std::size_t calls;
  };
  std::vector<transaction> told; // on the store's thread, which has ended when they are read
  options.on_transaction = [&](bool writes, std::size_t calls, std::chrono::nanoseconds took, bool failed) {
    EXPECT_GT(took.count(), 0);
    told.push_back({writes, failed, calls});
  };
  options.before_commit = [&, first = true]() mutable {
    if (std::exchange(first, false)) throw std::runtime_error("of the test");
  };
  open();
  EXPECT_FALSE(call().add_account(account_named("shop-01")));
  EXPECT_TRUE(call().add_account(account_named("shop-02")));
  EXPECT_TRUE(call().list_accounts());
  s.reset();
  ASSERT_EQ(told.size(), 3u);
  EXPECT_TRUE(told[0].writes && told[0].failed);
  EXPECT_TRUE(told[1].writes && !told[1].failed);
  EXPECT_TRUE(!told[2].writes && !told[2].failed);
  EXPECT_EQ(told[2].calls, 1u);
}

TEST_F(SqliteStore, KnowsTheSizesOfItsFilesAndOfTheirDisk) {
  options.free_bytes = [] { return std::uint64_t{5} << 30; };
  open();
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  auto health = s->health();
  EXPECT_GE(health.database_bytes, fs::file_size(file()));
  EXPECT_LE(health.log_bytes, health.database_bytes);
  EXPECT_EQ(health.disk_free_bytes, std::uint64_t{5} << 30);
  EXPECT_GE(health.disk_size_bytes, fs::space(options.data_dir).available);
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
      if (!r && r.error().code == errc::store_busy) ++refusals;
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

// -- room
// ---------------------------------------------------------------------------------------------------------

struct StoreRoom : SqliteStore {
  std::atomic<std::uint64_t> room{std::uint64_t{1} << 40};

  StoreRoom() {
    options.database.survives = durability::process;
    options.free_bytes = [this] { return std::optional<std::uint64_t>{room}; };
  }
};

TEST_F(StoreRoom, AcceptsNothingMoreFromTheFirstWriteThatFindsTheDiskFull) {
  open();
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  s.reset();
  options.database.max_bytes = fs::file_size(file()) + std::uintmax_t{64} * 4096;
  open();
  int stored = 0;
  errc why = errc::internal;
  for (; stored < 200 && why == errc::internal; ++stored) {
    auto sync = batch({});
    sync.at = noon;
    sync.messages = {message_with(std::to_string(stored))};
    sync.messages[0].raw.assign(8'000, 'r');
    EXPECT_TRUE(s->health().accepting);
    why = code_of(call().commit(sync));
  }
  EXPECT_EQ(why, errc::disk_full);
  EXPECT_FALSE(s->health().accepting);
  EXPECT_EQ(code_of(call().probe()), errc::disk_full);
  EXPECT_FALSE(s->health().accepting);
  EXPECT_EQ(call().read_inbox({.account = "shop-01", .limit = 1'000})->size(),
            static_cast<std::size_t>(stored - 1))
      << "nothing that was answered is lost";
  EXPECT_EQ(call().upkeep(noon + 24h * 8, {})->messages, static_cast<std::uint64_t>(stored - 1));
  EXPECT_FALSE(s->health().accepting) << "only a probe says so";
  EXPECT_TRUE(call().probe());
  EXPECT_TRUE(s->health().accepting);
  EXPECT_TRUE(call().commit(batch({"new"})));
}

TEST_F(StoreRoom, RefusesWhatGrowsBeforeTheDiskIsFull) {
  open();
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  ASSERT_TRUE(call().enqueue(send_with("s-1")));
  room = 1'000;
  EXPECT_EQ(code_of(call().probe()), errc::disk_full);
  EXPECT_FALSE(s->health().accepting);
  auto refused_commit = call().commit(batch({"1"}));
  EXPECT_EQ(code_of(refused_commit), errc::disk_full);
  EXPECT_NE(refused_commit.error().context.find("reserve"), std::string::npos);
  EXPECT_EQ(code_of(call().enqueue(send_with("s-2"))), errc::disk_full);
  EXPECT_TRUE(call().update_send(send_with("s-1", send_state::attempting))) << "what is under way is settled";
  EXPECT_TRUE(call().save_session("shop-01", std::nullopt));
  EXPECT_TRUE(call().read_inbox({.account = "shop-01"})->empty());
  room = std::uint64_t{1} << 40;
  EXPECT_TRUE(call().probe());
  EXPECT_TRUE(s->health().accepting);
  EXPECT_TRUE(call().commit(batch({"1"})));
}

TEST_F(StoreRoom, LooksBeforeItsFirstCall) {
  room = 0;
  open();
  ASSERT_TRUE(call().add_account(account_named("shop-01")));
  EXPECT_FALSE(s->health().accepting);
  EXPECT_EQ(code_of(call().commit(batch({"1"}))), errc::disk_full);
}

TEST_F(StoreRoom, TellsTheSizeOfItsFiles) {
  open();
  EXPECT_TRUE(call().list_accounts());
  EXPECT_GE(s->health().database_bytes, fs::file_size(file()));
}

struct StoreTrouble : SqliteStore {
  power_loss_vfs disk{7};

  StoreTrouble() { options.database.vfs = disk.name(); }
  ~StoreTrouble() override { s.reset(); }

  void expect_alive_after(int code, errc expected) {
    open();
    ASSERT_TRUE(call().add_account(account_named("shop-01")));
    ASSERT_TRUE(call().commit(batch({"1"})));
    disk.fail_writes(code);
    EXPECT_EQ(code_of(call().commit(batch({"2"}))), expected);
    EXPECT_EQ(code_of(call().enqueue(send_with("s-1"))), expected);
    EXPECT_FALSE(s->health().accepting);
    EXPECT_EQ(ids_of(call().read_inbox({.account = "shop-01"})), names{"1"}) << "reading goes on";
    EXPECT_EQ(code_of(call().probe()), expected);
    disk.fail_writes(0);
    EXPECT_TRUE(call().probe());
    EXPECT_TRUE(s->health().accepting);
    EXPECT_EQ(ids_of(call().commit(batch({"1", "2"}))), names{"2"});
  }
};

TEST_F(StoreTrouble, OfTheDiskIsSurvived) { expect_alive_after(SQLITE_IOERR_WRITE, errc::store_failed); }

TEST_F(StoreTrouble, OfAReadOnlyDiskIsSurvived) { expect_alive_after(SQLITE_READONLY, errc::store_failed); }

TEST_F(StoreTrouble, OfAFullDiskIsSurvived) { expect_alive_after(SQLITE_FULL, errc::disk_full); }

TEST_F(StoreTrouble, OfALockIsWaitedForOnceForAllThatWait) {
  options.database.busy_timeout = 200ms;
  open();
  auto other = raw();
  other.exec("BEGIN IMMEDIATE");
  std::atomic<int> answers{0};
  auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 50; ++i)
    s->add_account(account_named("shop-" + std::to_string(i)), [&](auto r) {
      EXPECT_EQ(code_of(r), errc::store_failed);
      ++answers;
    });
  EXPECT_EQ(account_names(), names{});
  EXPECT_EQ(answers, 50);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s) << "not once for each";
  EXPECT_TRUE(s->health().accepting) << "somebody else's lock is no want of room";
  other.exec("ROLLBACK");
  EXPECT_TRUE(call().add_account(account_named("shop-01")));
}

} // namespace
} // namespace weixin::store
