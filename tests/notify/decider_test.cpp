// What the operator is told of an account, as a table of states in virtual time.
#include "tests/notify/virtual_operator.hpp"

#include <gmock/gmock.h>

namespace weixin::notify {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct step {
  int at; ///< seconds after the quiet time, when the account is online
  const char* state;
  const char* reason = "";
};
struct row {
  const char* name;
  std::vector<step> steps;
  std::vector<std::string> told; ///< within 30 minutes
};

void PrintTo(const row& r, std::ostream* out) { *out << r.name; }

const row table[] = {
    {"NothingWhileAllIsWell", {}, {}},
    {"AScanAfterItWasNeededForTenSeconds",
     {{0, "starting", "1101"}, {1, "awaiting_scan"}},
     {"111s a needs_scan"}},
    {"NoScanThatCameInTime",
     {{0, "starting", "1101"}, {1, "awaiting_scan"}, {9, "awaiting_confirm"}, {10, "online"}},
     {}},
    {"AScanOnceWhileOneCodeFollowsTheOther",
     {{0, "starting", "1101"},
      {1, "awaiting_scan"},
      {300, "starting", "qr_expired"},
      {302, "awaiting_scan"},
      {600, "starting", "qr_expired"},
      {602, "awaiting_scan"},
      {900, "needs_login", "nobody scanned"}},
     {"111s a needs_scan"}},
    {"AScanOnlyWhileACodeWaits",
     {{0, "starting", "1101"},
      {1, "awaiting_scan"},
      {5, "awaiting_confirm"},
      {60, "starting", "qr_expired"},
      {62, "awaiting_scan"}},
     {"162s a needs_scan"}},
    {"ItIsBackOnceItStayedOnline",
     {{0, "starting", "1101"}, {1, "awaiting_scan"}, {60, "starting"}, {61, "online"}},
     {"111s a needs_scan", "171s a back_online"}},
    {"NothingOfAnOnlineTimeBelowTenSeconds",
     {{0, "starting", "1101"}, {1, "awaiting_scan"}, {60, "online"}, {65, "degraded", "timed_out"}},
     {"111s a needs_scan"}},
    {"KickedAtOnce", {{0, "held", "kicked"}}, {"100s a kicked"}},
    {"HeldAtOnce", {{0, "held", "barred"}}, {"100s a held"}},
    {"CoolingOffAtOnce", {{0, "cooling_off", "crashed too often"}}, {"100s a cooling_off"}},
    {"NoTrialStartThatFailed",
     {{0, "cooling_off", "x"},
      {60, "starting", "trial start"},
      {61, "cooling_off", "x"},
      {180, "starting", "trial start"},
      {181, "cooling_off", "x"},
      {1500, "starting"},
      {1501, "cooling_off", "x"}},
     {"100s a cooling_off"}},
    {"NothingOfNetworkTrouble",
     {{0, "degraded", "dns_failed"}, {600, "online"}, {700, "throttled", "too_frequent"}},
     {}},
    {"NothingOfWhatTheOperatorStops",
     {{0, "starting", "1101"}, {1, "awaiting_scan"}, {5, "stopped", "paused"}},
     {}},
    {"TheEndOfAnAlertWhenTheOperatorStopsIt",
     {{0, "starting", "1101"},
      {1, "awaiting_scan"},
      {50, "stopped", "paused"},
      {60, "starting"},
      {61, "online"}},
     {"111s a needs_scan", "150s a withdrawn of needs_scan"}},
    {"AnotherProblemInPlaceOfTheFirst",
     {{0, "starting", "1101"}, {1, "awaiting_scan"}, {60, "online"}, {63, "held", "kicked"}},
     {"111s a needs_scan", "163s a withdrawn of needs_scan", "163s a kicked"}},
    {"TheSameWithinFifteenMinutesAsOne",
     {{0, "starting", "1101"},
      {1, "awaiting_scan"},
      {30, "online"},
      {100, "starting", "1101"},
      {101, "awaiting_scan"},
      {130, "online"},
      {200, "starting", "1101"},
      {201, "awaiting_scan"}},
     {"111s a needs_scan", "140s a back_online", "1011s a needs_scan x2"}},
    {"NothingOfASecondTimeThatIsOverByThen",
     {{0, "held", "barred"}, {10, "online"}, {100, "held", "barred"}, {200, "online"}},
     {"100s a held", "120s a back_online"}},
    {"TheSameAgainAfterFifteenMinutes",
     {{0, "held", "barred"}, {10, "online"}, {1000, "held", "barred"}},
     {"100s a held", "120s a back_online", "1100s a held"}},
    {"TheSecondReturnWithinFifteenMinutesLater",
     {{0, "held", "barred"}, {10, "online"}, {60, "held", "kicked"}, {70, "online"}},
     {"100s a held", "120s a back_online", "160s a kicked", "1020s a back_online"}},
};

class Decider : public ::testing::TestWithParam<row> {};

TEST_P(Decider, Tells) {
  test::virtual_operator op;
  op.was_there("starting");
  op.state("online");
  op.pass(100s);
  int at = 0;
  for (const auto& s : GetParam().steps) {
    op.pass(std::chrono::seconds{s.at - at});
    op.state(s.state, s.reason);
    at = s.at;
  }
  op.pass(std::chrono::seconds{1800 - at});
  EXPECT_EQ(op.told(), GetParam().told);
}

INSTANTIATE_TEST_SUITE_P(, Decider, ::testing::ValuesIn(table),
                         [](const auto& one) { return std::string{one.param.name}; });

TEST(DeciderAtStart, DoesNotRepeatWhatWasSoBefore) {
  test::virtual_operator op;
  op.was_there("held", "kicked", "a");
  op.was_there("needs_login", "nobody scanned", "b");
  op.was_there("starting", "", "c");
  op.state("awaiting_scan", "", "c");
  op.pass(3600s);
  op.state("needs_login", "nobody scanned", "c");
  op.pass(3600s);
  EXPECT_THAT(op.told(), IsEmpty());
  EXPECT_THAT(op.open(), ElementsAre("a kicked", "b needs_scan", "c needs_scan")) << "an alert goes on";
}

TEST(DeciderAtStart, DoesNotRepeatThatAnAccountWasHeldBefore) {
  test::virtual_operator op;
  op.was_there("stopped");
  op.state("held", "kicked");
  op.pass(3600s);
  EXPECT_THAT(op.told(), IsEmpty());
  EXPECT_THAT(op.open(), ElementsAre("a kicked"));
}

TEST(DeciderAtStart, EndsTheAlertOfAnOldProblemWithoutAWord) {
  test::virtual_operator op;
  op.was_there("starting");
  op.state("awaiting_scan");
  op.pass(100s);
  op.state("online");
  op.pass(100s);
  EXPECT_THAT(op.told(), ElementsAre("100s a withdrawn of needs_scan"));
  EXPECT_THAT(op.open(), IsEmpty());
}

TEST(DeciderAtStart, TellsInTheQuietTimeOnlyWhatBecomesHeld) {
  test::virtual_operator op;
  for (const char* name : {"a", "b", "c"})
    op.was_there("starting", "", name);
  op.state("held", "different_user", "a");
  op.state("held", "kicked", "b");
  op.state("cooling_off", "crashed too often", "c");
  op.pass(59s);
  EXPECT_THAT(op.told(), ElementsAre("0s a held", "0s b kicked"));
  op.pass(1s);
  EXPECT_THAT(op.told(), ElementsAre("60s c cooling_off"));
}

TEST(DeciderAtStart, TellsAfterTheQuietTimeOfASessionThatDidNotSurviveTheRestart) {
  test::virtual_operator op;
  op.was_there("starting");
  op.state("awaiting_scan", "1101");
  op.pass(59s);
  EXPECT_THAT(op.told(), IsEmpty());
  op.pass(1s);
  EXPECT_THAT(op.told(), ElementsAre("60s a needs_scan"));
}

TEST(DeciderAtStart, SaysNothingOfAccountsThatComeBackAsTheyWere) {
  test::virtual_operator op;
  op.was_there("starting");
  op.pass(20s);
  op.state("online");
  op.pass(3600s);
  EXPECT_THAT(op.told(), IsEmpty());
}

TEST(DeciderOfNewAccounts, SaysNothingWhileTheFirstCodesWait) {
  test::virtual_operator op;
  op.pass(100s);
  op.state("starting");
  op.state("awaiting_scan");
  op.pass(1000s);
  EXPECT_THAT(op.told(), IsEmpty());
  op.state("needs_login", "nobody scanned");
  op.pass(10s);
  EXPECT_THAT(op.told(), ElementsAre("1110s a needs_scan"));
}

TEST(DeciderOfRemovedAccounts, EndsTheirAlertsAndForgetsThem) {
  test::virtual_operator op;
  op.pass(100s);
  op.state("held", "barred");
  op.remove_all();
  op.pass(3600s);
  EXPECT_THAT(op.told(), ElementsAre("100s a held", "100s a withdrawn of held"));
  EXPECT_THAT(op.open(), IsEmpty());
}

TEST(DeciderOfRemovedAccounts, RemembersNothingOfAnAccountOfTheSameName) {
  test::virtual_operator op;
  op.pass(100s);
  op.state("online");
  op.remove_all();
  op.state("starting");
  op.state("awaiting_scan");
  op.pass(3600s);
  EXPECT_THAT(op.told(), IsEmpty());
}

TEST(DeciderNotification, SaysWhatSinceWhenAndWhatItEnds) {
  test::virtual_operator op;
  op.pass(100s);
  op.state("online");
  op.state("starting", "1102");
  op.state("awaiting_scan");
  op.pass(20s);
  op.state("online");
  op.pass(20s);
  auto told = op.all_told();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].account, "a");
  EXPECT_EQ(told[0].state, "awaiting_scan");
  EXPECT_EQ(told[0].since, wall_time{1'700'000'100s});
  EXPECT_EQ(told[0].at, wall_time{1'700'000'110s});
  EXPECT_EQ(told[0].ends, std::nullopt);
  EXPECT_EQ(told[1].ends, (notification::ended_problem{kind::needs_scan, wall_time{1'700'000'100s}}));
}

TEST(DeciderRules, OfZeroTellEverythingAtOnce) {
  test::virtual_operator op{{0s, 0s, 0s, 20, 3, 0s}};
  op.state("online");
  op.state("awaiting_scan");
  op.state("online");
  op.state("awaiting_scan");
  EXPECT_THAT(op.told(), ElementsAre("0s a needs_scan", "0s a back_online", "0s a needs_scan"));
}

} // namespace
} // namespace weixin::notify
