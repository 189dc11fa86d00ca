// Files that are not a whole database of this version are refused and left as they are.

#include "tests/store/opened_store.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <random>

namespace weixin::store {
namespace {

namespace fs = std::filesystem;

struct Untouched : OpenedStore {
  void expect_untouched(errc code) {
    auto before = read_file(file());
    auto e = refused();
    EXPECT_EQ(e.code, code) << to_string(e);
    EXPECT_NE(e.context.find("weixind.db"), std::string::npos) << e.context;
    EXPECT_TRUE(read_file(file()) == before) << "the file was changed";
  }

  void add_accounts(int count) {
    for (int i = 0; i < count; ++i)
      ASSERT_TRUE(call().add_account(account_named("shop-" + std::to_string(i))));
  }

  /// What a killed process leaves: the database and a log that was not written back.
  void take_with_log(std::string& database, std::string& log) {
    open();
    fill();
    database = read_file(file());
    log = read_file(options.data_dir / "weixind.db-wal");
    s.reset();
    ASSERT_GT(log.size(), 10'000u);
  }

  void plant_with_log(const std::string& database, const std::string& log) {
    plant(database);
    write_file(options.data_dir / "weixind.db-wal", log);
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
  add_accounts(200);
  s.reset();
  auto whole = read_file(file());
  ASSERT_GT(whole.size(), 3u * 4096u);
  plant(whole.substr(0, whole.size() - 4096));
  expect_untouched(errc::store_corrupt);
}

TEST_F(Untouched, ADamagedPageIsRefused) {
  open();
  add_accounts(200);
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
  add_accounts(1);
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

TEST_F(Untouched, OtherTablesThanOursAreRefused) {
  open();
  s.reset();
  raw().exec("DROP INDEX history_age");
  expect_untouched(errc::store_corrupt);
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

// -- key
// ----------------------------------------------------------------------------------------------------------

TEST_F(Untouched, ADatabaseWithoutItsKeyIsRefused) {
  open();
  fill();
  s.reset();
  fs::rename(options.data_dir / "key", directory.path() / "key");
  auto before = read_file(file());
  auto e = refused();
  EXPECT_EQ(e.code, errc::store_corrupt);
  EXPECT_NE(e.context.find("put back the key"), std::string::npos) << e.context;
  EXPECT_FALSE(fs::exists(options.data_dir / "key")) << "another key would only hide the mistake";
  EXPECT_TRUE(read_file(file()) == before);
  fs::rename(directory.path() / "key", options.data_dir / "key");
  open();
  EXPECT_EQ(*call().load_session("shop-01"), session_of(1001, 1));
}

TEST_F(Untouched, ADatabaseWithAnotherKeyIsRefused) {
  open();
  fill();
  s.reset();
  write_file(options.data_dir / "key", std::string(32, 'k'));
  expect_untouched(errc::store_corrupt);
  EXPECT_NE(refused().context.find("another key"), std::string::npos);
}

// -- many ways to be damaged
// --------------------------------------------------------------------------------------

TEST_F(Untouched, AFileWithAFlippedBitIsReadOrRefusedAndNeverACrash) {
  open();
  fill();
  s.reset();
  const auto good = read_file(file());
  std::minstd_rand random{20240607};
  int refusals = 0;
  for (int i = 0; i < 300; ++i) {
    auto bad = good;
    bad[random() % bad.size()] ^= static_cast<char>(1 << random() % 8);
    plant(bad);
    if (auto opened = open_sqlite_store(options)) {
      s = std::move(*opened);
      EXPECT_TRUE(call().list_accounts()) << "flip " << i;
      use_everything();
      s.reset();
    } else {
      ++refusals;
      EXPECT_TRUE(read_file(file()) == bad) << "a refused file was changed, flip " << i;
    }
  }
  EXPECT_GT(refusals, 5);
  EXPECT_LT(refusals, 250) << "what is sealed is only set aside";
}

TEST_F(Untouched, ALogThatIsCutOrFlippedLosesItsEndAndNothingElse) {
  std::string database, log;
  take_with_log(database, log);
  std::minstd_rand random{20240608};
  std::size_t fewest = 40, most = 0;
  for (int i = 0; i < 100; ++i) {
    auto bad = log;
    if (i % 2 == 0)
      bad.resize(random() % bad.size());
    else
      bad[random() % bad.size()] ^= static_cast<char>(1 << random() % 8);
    plant_with_log(database, bad);
    open();
    ASSERT_TRUE(s);
    auto accounts = call().list_accounts();
    ASSERT_TRUE(accounts) << "damage " << i;
    auto checked = call().check();
    ASSERT_TRUE(checked);
    EXPECT_EQ(checked->faults, names{}) << "damage " << i;
    EXPECT_TRUE(checked->messages == 0 || checked->messages == 40) << "half a commit, damage " << i;
    fewest = std::min<std::size_t>(fewest, checked->sends);
    most = std::max<std::size_t>(most, checked->sends);
    s.reset();
  }
  EXPECT_LT(fewest, most) << "where it is damaged decides how much is left";
}

TEST_F(Untouched, ARowThatCannotBeUnsealedIsSetAsideAndCounted) {
  open();
  fill();
  s.reset();
  raw().exec("UPDATE inbox SET sealed = zeroblob(60) WHERE msg_id = '7'; "
             "UPDATE outbox SET recipient = 'c-2' WHERE id = 's-3'; "
             "UPDATE contact SET sealed = (SELECT sealed FROM contact WHERE ref = 'c-1') WHERE ref = 'c-2'; "
             "UPDATE sync_key SET sealed = x'00'");
  open();
  EXPECT_EQ(call().read_inbox({.account = "shop-01"})->size(), 39u);
  EXPECT_EQ(call().read_inbox({.account = "shop-01", .limit = 8})->back().msg_id, "8")
      << "the page is filled up";
  EXPECT_EQ(call().unfinished_sends("shop-01")->size(), 19u) << "a text goes to nobody but its recipient";
  EXPECT_EQ(code_of(call().find_send("shop-01", "s-3")), errc::store_corrupt);
  EXPECT_EQ(call().load_contacts("shop-01")->size(), 19u);
  EXPECT_EQ(code_of(call().load_session("shop-01")), errc::store_corrupt);
  EXPECT_TRUE(call().list_accounts());
  EXPECT_EQ(s->health().unreadable_rows, 6u);
  auto checked = call().check();
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->faults.size(), 4u) << testing::PrintToString(checked->faults);
  EXPECT_EQ(checked->messages, 40u);
  ASSERT_TRUE(call().save_session("shop-01", session_of(1001, 2)));
  EXPECT_EQ(*call().load_session("shop-01"), session_of(1001, 2)) << "a new login heals it";
}

TEST_F(Untouched, ARowOfAnotherAccountDoesNotOpen) {
  open();
  fill();
  ASSERT_TRUE(call().add_account(account_named("shop-02")));
  s.reset();
  raw().exec("UPDATE session SET account = 2; UPDATE sync_key SET account = 2; UPDATE inbox SET account = 2");
  open();
  EXPECT_EQ(code_of(call().load_session("shop-02")), errc::store_corrupt);
  EXPECT_TRUE(call().read_inbox({.account = "shop-02"})->empty());
}

TEST_F(Untouched, ADamagedPageIsToldByTheCheck) {
  open();
  fill();
  ASSERT_EQ(call().check()->faults, names{});
  // Behind its back: an index that lacks a row.
  {
    auto db = raw();
    db.exec("PRAGMA writable_schema = ON");
    db.exec("UPDATE sqlite_schema SET sql = 'CREATE INDEX history_age ON history (id)' WHERE name = "
            "'history_age'");
  }
  auto checked = call().check();
  ASSERT_TRUE(checked);
  EXPECT_FALSE(checked->faults.empty());
}

} // namespace
} // namespace weixin::store
