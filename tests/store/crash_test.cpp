// A process that dies at any moment leaves a database that the next one goes on with.

#include "tests/store/contract.hpp"
#include "tests/store/scenario.hpp"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace weixin::store {
namespace {

namespace fs = std::filesystem;

struct StoreCrash : testing::TestWithParam<durability> {
  struct snapshot {
    fs::path data_dir;
    scenario_ledger ledger;
  };

  temporary_directory directory;
  scenario life{42};
  std::vector<snapshot> snapshots;
  bool living = false; ///< written by the test, read by the store's thread, with a call in between

  /// What a process that was killed at this moment would leave.
  void take_snapshot() {
    if (!living) return;
    auto from = directory.path() / "data";
    auto to = directory.path() / std::to_string(snapshots.size());
    fs::create_directory(to);
    ASSERT_EQ(::chmod(to.c_str(), 0700), 0);
    for (const char* file : {"key", "weixind.db", "weixind.db-wal"})
      fs::copy_file(from / file, to / file);
    snapshots.push_back({to, life.ledger()});
  }
};

INSTANTIATE_TEST_SUITE_P(Durability, StoreCrash, testing::Values(durability::power, durability::process),
                         [](const auto& chosen) {
                           return chosen.param == durability::power ? "Power" : "Process";
                         });

TEST_P(StoreCrash, LosesNothingAtAnyStep) {
  sqlite_store_options options;
  options.data_dir = directory.path() / "data";
  options.database.survives = GetParam();
  options.max_group = 3;
  options.before_commit = options.after_commit = [this] { take_snapshot(); };
  auto opened = open_sqlite_store(options);
  ASSERT_TRUE(opened) << to_string(opened.error());
  ASSERT_TRUE(life.begin(**opened));
  living = true;
  life.run(**opened, 60);
  opened->reset();
  ASSERT_GT(snapshots.size(), 30u);
  auto last = life.ledger();
  for (const auto& taken : snapshots) {
    SCOPED_TRACE(taken.data_dir.filename());
    sqlite_store_options next;
    next.data_dir = taken.data_dir;
    next.database.survives = durability::process;
    auto again = open_sqlite_store(next);
    ASSERT_TRUE(again) << to_string(again.error());
    // What was asked for is known only at the end: a call may be on its way while the snapshot is taken.
    auto expected = last;
    for (auto& [name, account] : expected.accounts) {
      const auto& then = taken.ledger.accounts.at(name);
      account.keys_answered = then.keys_answered;
      account.position_answered = then.position_answered;
      account.changes_answered = then.changes_answered;
    }
    for (auto& [id, send] : expected.sends) {
      auto then = taken.ledger.sends.find(id);
      send.answered = then == taken.ledger.sends.end() ? 0 : then->second.answered;
    }
    expected.verify(**again);
  }
}

TEST(StoreCrashDuringRemoval, IsFinishedByTheNextStart) {
  temporary_directory directory;
  auto data = directory.path() / "data";
  auto copy = directory.path() / "copy";
  int commits = 0;
  sqlite_store_options options;
  options.data_dir = data;
  names ids;
  for (int i = 0; i < 3'000; ++i)
    ids.push_back(std::to_string(i));
  options.after_commit = [&] {
    // The account, its messages, the first part of its removal.
    if (++commits != 3) return;
    fs::create_directory(copy);
    ASSERT_EQ(::chmod(copy.c_str(), 0700), 0);
    for (const char* file : {"key", "weixind.db", "weixind.db-wal"})
      fs::copy_file(data / file, copy / file);
  };
  {
    auto s = open_sqlite_store(options);
    ASSERT_TRUE(s);
    ASSERT_TRUE(waiting_store{**s}.add_account(account_named("shop-01")));
    ASSERT_TRUE(waiting_store{**s}.commit(batch(ids)));
    ASSERT_TRUE(waiting_store{**s}.remove_account("shop-01"));
    ASSERT_GT(commits, 3) << "a removal of several transactions";
  }
  options.data_dir = copy;
  options.after_commit = nullptr;
  {
    auto s = open_sqlite_store(options);
    ASSERT_TRUE(s);
    EXPECT_TRUE(waiting_store{**s}.list_accounts()->empty());
    EXPECT_TRUE(waiting_store{**s}.add_account(account_named("shop-01"))) << "its name is free";
  }
  SQLite::Database db{(copy / "weixind.db").string()};
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM inbox").getInt(), 0);
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM account").getInt(), 1);
}

} // namespace
} // namespace weixin::store
