#include "store/dump.hpp"
#include "tests/store/opened_store.hpp"

#include <SQLiteCpp/Statement.h>
#include <boost/json/parse.hpp>

#include <set>

namespace weixin::store {
namespace {

namespace json = boost::json;

struct Dump : OpenedStore {
  std::vector<json::object> lines() {
    std::vector<json::object> found;
    auto dumped =
        dump(options.data_dir, [&](std::string line) { found.push_back(json::parse(line).as_object()); });
    EXPECT_TRUE(dumped) << to_string(dumped.error());
    return found;
  }
};

TEST_F(Dump, ShowsEveryTable) {
  open();
  fill();
  auto account = account_named("shop-01");
  account.settings.login = webwx::login_choice::desktop;
  account.media = media_policy::all;
  ASSERT_TRUE(call().update_account(account));
  std::set<std::string> dumped, expected;
  for (const auto& line : lines())
    dumped.emplace(line.at("table").as_string());
  auto db = raw();
  SQLite::Statement tables{
      db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"};
  while (tables.executeStep())
    expected.insert(tables.getColumn(0).getString());
  EXPECT_EQ(dumped, expected);
}

TEST_F(Dump, ShowsOneLineForEachRow) {
  open();
  fill();
  ASSERT_TRUE(call().update_send(send_with("s-7", send_state::attempting)));
  ASSERT_TRUE(call().update_send(send_with("s-7", send_state::unknown)));
  std::size_t sends = 0, unknown = 0;
  for (const auto& line : lines()) {
    if (line.at("table") != "outbox") continue;
    ++sends;
    EXPECT_EQ(line.at("account"), "shop-01");
    EXPECT_EQ(line.at("created_at"), 1'700'000'000'123);
    if (line.at("state") == "unknown") {
      ++unknown;
      EXPECT_EQ(line.at("id"), "s-7");
    }
  }
  EXPECT_EQ(sends, 20u);
  EXPECT_EQ(unknown, 1u);
}

TEST_F(Dump, NeedsNoKeyAndNoRunningServer) {
  open();
  fill();
  s.reset();
  std::filesystem::remove(options.data_dir / "key");
  EXPECT_GT(lines().size(), 80u);
  EXPECT_FALSE(std::filesystem::exists(options.data_dir / "key"));
}

TEST_F(Dump, RefusesWhatItCannotShow) {
  auto ignore = [](const std::string&) {};
  EXPECT_EQ(code_of(dump(options.data_dir, ignore)), errc::store_failed);
  plant("no database");
  EXPECT_EQ(code_of(dump(options.data_dir, ignore)), errc::store_corrupt);
  plant(read_file(std::filesystem::path{WEIXIN_TEST_DATA} / "store" / "schema-1.db"));
  EXPECT_EQ(code_of(dump(options.data_dir, ignore)), errc::store_failed);
  raw().exec("PRAGMA user_version = 99");
  EXPECT_EQ(code_of(dump(options.data_dir, ignore)), errc::store_newer);
}

} // namespace
} // namespace weixin::store
