// Every schema that was ever released opens, with all that it held.

#include "store/schema.hpp"
#include "tests/store/opened_store.hpp"

namespace weixin::store {
namespace {

namespace fs = std::filesystem;

struct Migration : OpenedStore {
  /// A file that the version with schema 1 wrote: three accounts.
  void plant_version_1() { plant(read_file(fs::path{WEIXIN_TEST_DATA} / "store" / "schema-1.db")); }
};

TEST_F(Migration, KeepsTheAccountsOfSchema1) {
  plant_version_1();
  ASSERT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), 1);
  open();
  auto accounts = call().list_accounts();
  ASSERT_TRUE(accounts) << to_string(accounts.error());
  ASSERT_EQ(account_names(), (names{"a-first", "shop-01", "shop-02"}));
  EXPECT_EQ(accounts->at(0).kind, "ilink");
  EXPECT_EQ(accounts->at(0).bots, names{"rules"});
  EXPECT_EQ(accounts->at(0).uin, 9'000'000'001);
  EXPECT_EQ(accounts->at(1).bots, (names{"echo", "rules", "echo"}));
  EXPECT_EQ(accounts->at(1).created_at, noon);
  EXPECT_EQ(accounts->at(1).held, "");
  EXPECT_EQ(accounts->at(2).desired, desired_state::paused);
  EXPECT_TRUE(accounts->at(2).bots.empty());
}

/// What version 2 wrote: the present schema without friend requests.
TEST_F(Migration, KeepsEverythingOfSchema2) {
  open();
  fill();
  s.reset();
  {
    auto db = raw();
    db.exec("DROP TABLE friend_request");
    db.exec("PRAGMA user_version = 2");
  }
  open();
  EXPECT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), schema_version);
  EXPECT_EQ(call().read_inbox({.account = "shop-01"})->size(), 40u);
  EXPECT_EQ(call().load_contacts("shop-01")->size(), 20u);
  EXPECT_EQ(call().unfinished_sends("shop-01")->size(), 20u);
  EXPECT_TRUE(call().load_friend_requests("shop-01")->empty());
  auto sync = batch({"100"}, 2);
  sync.friend_requests.emplace_back();
  sync.friend_requests.back().id = "100";
  sync.friend_requests.back().received_at = noon;
  ASSERT_TRUE(call().commit(sync));
  EXPECT_EQ(call().load_friend_requests("shop-01")->size(), 1u);
  EXPECT_EQ(call().check()->faults, names{});
}

TEST_F(Migration, LeavesADatabaseOfThePresentSchema) {
  plant_version_1();
  open();
  ASSERT_EQ(ids_of(call().commit(batch({"1"}))), names{"1"});
  ASSERT_TRUE(call().save_session("shop-01", session_of(1001, 1)));
  open();
  EXPECT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), schema_version);
  EXPECT_EQ(*call().load_session("shop-01"), session_of(1001, 1));
  EXPECT_EQ(call().check()->faults, names{});
}

TEST_F(Migration, IsAllOrNothing) {
  plant_version_1();
  auto before = read_file(file());
  options.database.max_bytes = before.size(); // no room for more tables
  EXPECT_EQ(refused().code, errc::disk_full);
  EXPECT_EQ(raw().execAndGet("PRAGMA user_version").getInt(), 1);
  options.database.max_bytes = 0;
  open();
  EXPECT_EQ(account_names().size(), 3u);
}

TEST_F(Migration, RefusesADamagedDatabaseOfSchema1) {
  plant_version_1();
  auto damaged = read_file(file());
  std::fill(damaged.begin() + 4096, damaged.begin() + 4096 + 512, '\xff');
  plant(damaged);
  EXPECT_EQ(refused().code, errc::store_corrupt);
  EXPECT_TRUE(read_file(file()) == damaged);
  EXPECT_FALSE(fs::exists(options.data_dir / "key"));
}

} // namespace
} // namespace weixin::store
