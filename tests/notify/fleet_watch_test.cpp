#include "tests/notify/virtual_operator.hpp"

#include <gmock/gmock.h>

namespace weixin::notify {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A fleet of twenty that was up.
struct FleetWatch : ::testing::Test {
  FleetWatch() {
    op.fleet(20, 0);
    op.pass(100s);
  }
  test::virtual_operator op;
};

TEST_F(FleetWatch, TellsADropThatLasts) {
  op.fleet(20, 5);
  op.pass(60s);
  EXPECT_THAT(op.told(), IsEmpty());
  op.pass(600s);
  EXPECT_THAT(op.told(), ElementsAre("161s fleet_down"));
  EXPECT_THAT(op.open(), ElementsAre("fleet_down"));
}

TEST_F(FleetWatch, TellsTheRecoveryThatLasts) {
  op.fleet(20, 10);
  op.pass(100s);
  op.fleet(20, 1);
  op.pass(600s);
  EXPECT_THAT(op.told(), ElementsAre("161s fleet_down", "261s fleet_recovered"));
  auto told = op.all_told();
  EXPECT_EQ(told[0].not_online, 10U);
  EXPECT_EQ(told[0].running, 20U);
  EXPECT_EQ(told[1].ends, (notification::ended_problem{kind::fleet_down, told[0].since}));
  EXPECT_THAT(op.open(), IsEmpty());
}

TEST_F(FleetWatch, TellsNothingOfADropThatIsOverSoon) {
  op.fleet(20, 20);
  op.pass(59s);
  op.fleet(20, 0);
  op.pass(600s);
  EXPECT_THAT(op.told(), IsEmpty());
}

TEST_F(FleetWatch, WantsMoreThanTheShare) {
  op.fleet(20, 4); // 20 % exactly
  op.pass(600s);
  EXPECT_THAT(op.told(), IsEmpty());
}

TEST_F(FleetWatch, WantsAtLeastThreeAccounts) {
  op.fleet(3, 2);
  op.pass(600s);
  EXPECT_THAT(op.told(), IsEmpty());
  op.fleet(3, 3);
  op.pass(61s);
  EXPECT_THAT(op.told(), ElementsAre("761s fleet_down"));
}

TEST_F(FleetWatch, TellsASecondDropWithinFifteenMinutesLater) {
  op.fleet(20, 10);
  op.pass(100s);
  op.fleet(20, 0);
  op.pass(100s);
  op.fleet(20, 10);
  op.pass(100s);
  op.fleet(20, 0);
  op.pass(100s);
  op.fleet(20, 10);
  op.pass(900s);
  EXPECT_THAT(op.told(), ElementsAre("161s fleet_down", "261s fleet_recovered", "1061s fleet_down x2"));
}

TEST(FleetWatchAtStart, WaitsUntilTheFleetIsUp) {
  test::virtual_operator op;
  op.fleet(1000, 900);
  op.pass(200s);
  op.fleet(1000, 100);
  op.pass(200s);
  EXPECT_THAT(op.told(), IsEmpty());
}

TEST(FleetWatchAtStart, WaitsNoLongerThanFiveMinutes) {
  test::virtual_operator op;
  op.fleet(1000, 900);
  op.pass(600s);
  EXPECT_THAT(op.told(), ElementsAre("360s fleet_down"));
}

TEST(FleetWatchAtStart, HasNoFleetOfNone) {
  test::virtual_operator op{{.fleet_down_percent = 0, .fleet_down_least = 1}};
  op.fleet(0, 0);
  op.pass(600s);
  EXPECT_THAT(op.told(), IsEmpty());
}

} // namespace
} // namespace weixin::notify
