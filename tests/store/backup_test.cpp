#include "store/backup.hpp"
#include "tests/store/opened_store.hpp"

#include <sys/stat.h>

#include <atomic>

namespace weixin::store {
namespace {

namespace fs = std::filesystem;

struct Backup : OpenedStore {
  fs::path backup = directory.path() / "backup.db";
  fs::path next = directory.path() / "next"; ///< a data directory to restore into

  void SetUp() override {
    open();
    fill();
  }

  void give_key(const fs::path& to) {
    fs::create_directory(to);
    fs::permissions(to, fs::perms::owner_all);
    fs::copy_file(options.data_dir / "key", to / "key");
    ASSERT_EQ(::chmod((to / "key").c_str(), 0600), 0);
  }

  error restore_refused() {
    auto restored = restore_backup(backup, next);
    EXPECT_FALSE(restored);
    EXPECT_FALSE(fs::exists(next / "weixind.db"));
    EXPECT_FALSE(fs::exists(next / "weixind.db.new"));
    return restored ? error{} : restored.error();
  }
};

TEST_F(Backup, RestoresEverything) {
  ASSERT_TRUE(call().backup(backup));
  give_key(next);
  auto restored = restore_backup(backup, next);
  ASSERT_TRUE(restored) << to_string(restored.error());
  EXPECT_EQ(mode_of(next / "weixind.db"), 0600u);
  options.data_dir = next;
  open();
  EXPECT_EQ(*call().load_session("shop-01"), session_of(1001, 1));
  EXPECT_EQ(call().read_inbox({.account = "shop-01"})->size(), 40u);
  EXPECT_EQ(call().unfinished_sends("shop-01")->size(), 20u);
  EXPECT_EQ(call().load_contacts("shop-01")->size(), 20u);
  EXPECT_EQ(call().check()->faults, names{});
}

TEST_F(Backup, IsConsistentWhileTheStoreGoesOn) {
  std::atomic<int> commits{0}, failures{0};
  std::atomic<bool> written{false};
  s->backup(backup, [&](result<void> r) {
    if (!r) ++failures;
    written = true;
  });
  int number = 100;
  for (; !written || number < 200; ++number) {
    auto sync = batch({std::to_string(number), "x" + std::to_string(number)}, number);
    if (call().commit(sync)) ++commits;
  }
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(commits, number - 100) << "nothing had to wait or to fail";
  give_key(next);
  ASSERT_TRUE(restore_backup(backup, next));
  options.data_dir = next;
  open();
  auto key = (*call().load_session("shop-01"))->keys.sync_key.pairs[0].second;
  auto commits_in_it = key < 100 ? 0 : key - 99;
  EXPECT_EQ(call().check()->messages, static_cast<std::uint64_t>(40 + 2 * commits_in_it))
      << "keys and messages of one moment";
}

TEST_F(Backup, NeverReplacesAFile) {
  write_file(backup, "mine");
  EXPECT_EQ(code_of(call().backup(backup)), errc::file_exists);
  EXPECT_EQ(read_file(backup), "mine");
  fs::remove(backup);
  fs::create_symlink(directory.path() / "nowhere", backup);
  EXPECT_EQ(code_of(call().backup(backup)), errc::file_exists);
}

TEST_F(Backup, IsRestoredOnlyWhereThereIsNoDatabase) {
  ASSERT_TRUE(call().backup(backup));
  auto running = restore_backup(backup, options.data_dir);
  EXPECT_EQ(code_of(running), errc::data_dir_in_use);
  s.reset();
  auto before = read_file(file());
  auto restored = restore_backup(backup, options.data_dir);
  EXPECT_EQ(code_of(restored), errc::store_failed);
  EXPECT_NE(restored.error().context.find("exists"), std::string::npos);
  EXPECT_TRUE(read_file(file()) == before);
}

TEST_F(Backup, IsRefusedWithoutTheKeyItWasSealedWith) {
  ASSERT_TRUE(call().backup(backup));
  auto missing = restore_refused();
  EXPECT_EQ(missing.code, errc::store_corrupt);
  EXPECT_NE(missing.context.find("a backup does not hold the key"), std::string::npos) << missing.context;
  give_key(next);
  write_file(next / "key", std::string(32, 'k'));
  EXPECT_NE(restore_refused().context.find("another key"), std::string::npos);
}

TEST_F(Backup, IsRefusedWhenItIsDamaged) {
  ASSERT_TRUE(call().backup(backup));
  give_key(next);
  auto good = read_file(backup);
  auto damaged = good;
  std::fill(damaged.begin() + 4096, damaged.begin() + 4096 + 512, '\xff');
  write_file(backup, damaged);
  EXPECT_EQ(restore_refused().code, errc::store_corrupt);
  write_file(backup, good.substr(0, good.size() - 4096));
  EXPECT_EQ(restore_refused().code, errc::store_corrupt);
  write_file(backup, "no database");
  EXPECT_EQ(restore_refused().code, errc::store_corrupt);
  fs::remove(backup);
  EXPECT_EQ(restore_refused().code, errc::io_failed);
}

TEST_F(Backup, IsRefusedWhenItIsNewer) {
  ASSERT_TRUE(call().backup(backup));
  give_key(next);
  SQLite::Database{backup.string(), SQLite::OPEN_READWRITE}.exec("PRAGMA user_version = 99");
  EXPECT_EQ(restore_refused().code, errc::store_newer);
}

TEST_F(Backup, OfSchema1NeedsNoKey) {
  backup = fs::path{WEIXIN_TEST_DATA} / "store" / "schema-1.db";
  auto restored = restore_backup(backup, next);
  ASSERT_TRUE(restored) << to_string(restored.error());
  options.data_dir = next;
  open();
  EXPECT_EQ(account_names().size(), 3u);
}

TEST_F(Backup, MayHaveAnyName) {
  backup = directory.path() / "a name?mode=rw&x=%20#;'";
  ASSERT_TRUE(call().backup(backup));
  next = directory.path() / "next?immutable=0#";
  give_key(next);
  EXPECT_TRUE(restore_backup(backup, next));
}

TEST_F(Backup, EndsWithTheStore) {
  std::promise<result<void>> answered;
  s->backup(backup, [&](result<void> r) { answered.set_value(std::move(r)); });
  s.reset();
  auto answer = answered.get_future().get();
  EXPECT_EQ(fs::exists(backup), answer.has_value()) << "whole, or not there";
  EXPECT_FALSE(fs::exists(backup.string() + ".part"));
}

} // namespace
} // namespace weixin::store
