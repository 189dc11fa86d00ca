// Retention goes by a wall clock that may jump.
#include "store/memory_store.hpp"
#include "tests/store/support.hpp"

namespace weixin::store {
namespace {

using namespace std::chrono_literals;

struct RetentionClock : ::testing::Test {
  memory_store memory;
  wall_time now = wall_time{} + 24h * 365 * 56;

  RetentionClock() {
    account_record account;
    account.name = "shop-01";
    memory.add_account(account, [](result<void>) {});
  }
  void store(const std::string& msg_id) {
    sync_commit c;
    c.account = "shop-01";
    c.at = now;
    auto& m = c.messages.emplace_back();
    m.msg_id = msg_id;
    m.sent_at = now;
    m.event = "{}";
    m.raw = "{}";
    memory.commit(c, [](result<std::vector<appended_message>> r) { ASSERT_TRUE(r); });
  }
  void keep_house(int times = 1) {
    for (int i = 0; i < times; ++i, now += 10min)
      memory.upkeep(now, {}, [](result<upkeep_report> r) { ASSERT_TRUE(r); });
  }
  std::size_t kept() {
    std::size_t count = 0;
    memory.read_inbox({"shop-01", 0, 100, ""},
                      [&](result<std::vector<stored_message>> r) { count = r->size(); });
    return count;
  }
};

TEST_F(RetentionClock, DropsWhatIsOldWhenTimePassesEvenly) {
  store("1");
  for (int day = 0; day < 9; ++day, now += 24h)
    keep_house();
  EXPECT_EQ(kept(), 0U);
}

TEST_F(RetentionClock, KeepsEverythingWhenTheClockIsAYearAheadForAnHour) {
  store("1");
  keep_house();
  now += 24h * 365;
  keep_house(6);
  EXPECT_EQ(kept(), 1U);
}

TEST_F(RetentionClock, KeepsEverythingWhenTheClockWasAYearBehind) {
  store("1");
  keep_house();
  now -= 24h * 365;
  store("2");
  keep_house(3);
  now += 24h * 365;
  keep_house(30);
  EXPECT_EQ(kept(), 2U);
}

TEST_F(RetentionClock, KeepsEverythingWhenTheClockGoesBackTwice) {
  store("1");
  keep_house();
  now -= 24h * 365 * 2;
  store("2");
  now += 24h * 365;
  keep_house(3);
  EXPECT_EQ(kept(), 2U) << "what seems to lie ahead is not old";
}

} // namespace
} // namespace weixin::store
