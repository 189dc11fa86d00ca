// The supervision engine against Erlang/OTP's rules: a table of every restart kind, exit kind and strategy,
// then order, deadlines, intensity, escalation, and random histories that must keep what is promised.
#include "runtime/child_supervision.hpp"

#include <gtest/gtest.h>

#include <random>

namespace weixin::runtime {
namespace {

using namespace std::chrono_literals;
using enum exit_kind;
using enum restart_kind;
using enum restart_strategy;
using verb = supervision_order::verb;

/// Carries orders out like obedient children do: what is asked to end ends at once, unless it is `deaf`.
struct world {
  explicit world(supervision_options o) : engine(o) {}

  void add(const std::string& id, restart_kind kind = permanent, std::chrono::milliseconds deadline = 5s,
           std::chrono::milliseconds delay = 0ms) {
    obey(engine.add({id, kind, deadline, delay}));
  }
  void exit(const std::string& id, exit_kind kind) { obey(engine.exited(id, kind, now)); }

  void obey(const child_supervision::orders& orders) {
    for (const auto& o : orders) {
      trace +=
          (trace.empty() ? "" : ", ") + std::string{to_string(o.what)} + (o.id.empty() ? "" : " " + o.id);
      times.push_back(o.time);
    }
    for (const auto& o : orders)
      if ((o.what == verb::stop || o.what == verb::kill) && !deaf.contains(o.id))
        obey(engine.exited(o.id, o.what == verb::stop ? shutdown : killed, now));
  }
  std::string told() { return std::exchange(trace, ""); }

  child_supervision engine;
  child_supervision::time_point now{1h};
  std::set<std::string> deaf;
  std::string trace;
  std::vector<std::chrono::milliseconds> times;
};

world three(restart_strategy strategy, restart_kind middle = permanent) {
  world w{{.strategy = strategy}};
  w.add("a");
  w.add("b", middle);
  w.add("c");
  w.told();
  return w;
}

// -- the matrix
// -------------------------------------------------------------------------------------------------

struct row {
  restart_strategy strategy;
  restart_kind restart;
  exit_kind exit;
  const char* orders; ///< what follows when the middle one of three ends
};

constexpr row matrix[] = {
    {one_for_one, permanent, normal, "start b"},
    {one_for_one, permanent, shutdown, "start b"},
    {one_for_one, permanent, crash, "start b"},
    {one_for_one, permanent, killed, "start b"},
    {one_for_one, permanent, lost_heartbeat, "kill b, start b"},
    {one_for_one, transient, normal, ""},
    {one_for_one, transient, shutdown, ""},
    {one_for_one, transient, crash, "start b"},
    {one_for_one, transient, killed, "start b"},
    {one_for_one, transient, lost_heartbeat, "kill b, start b"},
    {one_for_one, temporary, normal, "gone b"},
    {one_for_one, temporary, shutdown, "gone b"},
    {one_for_one, temporary, crash, "gone b"},
    {one_for_one, temporary, killed, "gone b"},
    {one_for_one, temporary, lost_heartbeat, "kill b, gone b"},

    {rest_for_one, permanent, normal, "stop c, start b, start c"},
    {rest_for_one, permanent, shutdown, "stop c, start b, start c"},
    {rest_for_one, permanent, crash, "stop c, start b, start c"},
    {rest_for_one, permanent, killed, "stop c, start b, start c"},
    {rest_for_one, permanent, lost_heartbeat, "kill b, stop c, start b, start c"},
    {rest_for_one, transient, normal, ""},
    {rest_for_one, transient, shutdown, ""},
    {rest_for_one, transient, crash, "stop c, start b, start c"},
    {rest_for_one, transient, killed, "stop c, start b, start c"},
    {rest_for_one, transient, lost_heartbeat, "kill b, stop c, start b, start c"},
    {rest_for_one, temporary, normal, "gone b"},
    {rest_for_one, temporary, shutdown, "gone b"},
    {rest_for_one, temporary, crash, "gone b"},
    {rest_for_one, temporary, killed, "gone b"},
    {rest_for_one, temporary, lost_heartbeat, "kill b, gone b"},

    {one_for_all, permanent, normal, "stop c, stop a, start a, start b, start c"},
    {one_for_all, permanent, shutdown, "stop c, stop a, start a, start b, start c"},
    {one_for_all, permanent, crash, "stop c, stop a, start a, start b, start c"},
    {one_for_all, permanent, killed, "stop c, stop a, start a, start b, start c"},
    {one_for_all, permanent, lost_heartbeat, "kill b, stop c, stop a, start a, start b, start c"},
    {one_for_all, transient, normal, ""},
    {one_for_all, transient, shutdown, ""},
    {one_for_all, transient, crash, "stop c, stop a, start a, start b, start c"},
    {one_for_all, transient, killed, "stop c, stop a, start a, start b, start c"},
    {one_for_all, transient, lost_heartbeat, "kill b, stop c, stop a, start a, start b, start c"},
    {one_for_all, temporary, normal, "gone b"},
    {one_for_all, temporary, shutdown, "gone b"},
    {one_for_all, temporary, crash, "gone b"},
    {one_for_all, temporary, killed, "gone b"},
    {one_for_all, temporary, lost_heartbeat, "kill b, gone b"},
};

TEST(ChildSupervision, FollowsOtpForEveryRestartKindExitKindAndStrategy) {
  ASSERT_EQ(std::size(matrix), 3U * 3U * 5U);
  std::set<std::tuple<restart_strategy, restart_kind, exit_kind>> seen;
  for (const auto& r : matrix) {
    auto w = three(r.strategy, r.restart);
    w.exit("b", r.exit);
    EXPECT_EQ(w.told(), r.orders) << "row " << &r - matrix;
    EXPECT_EQ(w.engine.is_running("b"), std::string_view{r.orders}.find("start b") != std::string_view::npos);
    EXPECT_TRUE(w.engine.is_running("a"));
    EXPECT_TRUE(w.engine.is_running("c"));
    seen.emplace(r.strategy, r.restart, r.exit);
  }
  EXPECT_EQ(seen.size(), std::size(matrix)) << "every row is another case";
}

TEST(ChildSupervision, TakesAlongATransientSiblingThatHadEndedWell) {
  auto w = three(rest_for_one, transient);
  w.exit("b", normal);
  w.exit("a", crash);
  EXPECT_EQ(w.told(), "stop c, start a, start b, start c");
}

TEST(ChildSupervision, TakesAlongATemporarySiblingForGood) {
  auto w = three(one_for_all, temporary);
  w.exit("a", crash);
  EXPECT_EQ(w.told(), "stop c, stop b, gone b, start a, start c");
  EXPECT_EQ(w.engine.ids(), (std::vector<std::string>{"a", "c"}));
}

TEST(ChildSupervision, LetsItsOwnerRefuseARestart) {
  auto w = three(rest_for_one);
  w.obey(w.engine.exited("b", crash, w.now, true));
  EXPECT_EQ(w.told(), "gone b");
}

// -- order
// ------------------------------------------------------------------------------------------------------

TEST(ChildSupervision, StartsInTheOrderOfAddingAndStopsInReverse) {
  world w{{}};
  for (const char* id : {"m", "a", "z"})
    w.add(id);
  EXPECT_EQ(w.told(), "start m, start a, start z");
  w.obey(w.engine.stop_all());
  EXPECT_EQ(w.told(), "stop z, stop a, stop m, ended");
}

TEST(ChildSupervision, AsksTheNextOneOnlyWhenTheOneBeforeHasEnded) {
  auto w = three(one_for_one);
  w.deaf = {"c"};
  w.obey(w.engine.stop_all());
  EXPECT_EQ(w.told(), "stop c");
  w.exit("c", shutdown);
  EXPECT_EQ(w.told(), "stop b, stop a, ended");
}

TEST(ChildSupervision, AsksAllAtOnceWhenTheyKnowNothingOfEachOther) {
  world w{{.stops_together = true}};
  w.deaf = {"a", "b"};
  w.add("a");
  w.add("b");
  w.told();
  w.obey(w.engine.stop_all());
  EXPECT_EQ(w.told(), "stop b, stop a");
  w.exit("a", shutdown);
  EXPECT_EQ(w.told(), "");
  w.exit("b", shutdown);
  EXPECT_EQ(w.told(), "ended");
}

TEST(ChildSupervision, StopsChosenChildrenForGoodInReverseOrder) {
  auto w = three(rest_for_one);
  w.obey(w.engine.stop({"b", "c", "nobody"}));
  EXPECT_EQ(w.told(), "stop c, gone c, stop b, gone b");
  EXPECT_EQ(w.engine.ids(), std::vector<std::string>{"a"});
}

TEST(ChildSupervision, StartsASuccessorOnlyWhenItsPredecessorIsDown) {
  world w{{}};
  w.add("a");
  w.deaf = {"a"};
  w.obey(w.engine.stop({"a"}));
  w.add("a");
  EXPECT_EQ(w.told(), "start a, stop a");
  w.exit("a", shutdown);
  EXPECT_EQ(w.told(), "start a");
}

TEST(ChildSupervision, IgnoresASecondChildOfTheSameId) {
  auto w = three(one_for_one);
  w.add("b");
  EXPECT_EQ(w.told(), "");
}

TEST(ChildSupervision, StartsNobodyWhileAGroupIsStopping) {
  auto w = three(rest_for_one);
  w.deaf = {"c"};
  w.exit("b", crash);
  w.add("d");
  EXPECT_EQ(w.told(), "stop c");
  w.exit("c", shutdown);
  EXPECT_EQ(w.told(), "start b, start c, start d");
}

TEST(ChildSupervision, WidensTheGroupWhenAnEarlierChildFailsMeanwhile) {
  world w{{.strategy = rest_for_one}};
  for (const char* id : {"a", "b", "c", "d"})
    w.add(id);
  w.told();
  w.deaf = {"d"};
  w.exit("c", crash);
  w.exit("a", crash);
  w.exit("d", shutdown);
  EXPECT_EQ(w.told(), "stop d, stop b, start a, start b, start c, start d");
}

TEST(ChildSupervision, DoesNotCountAChildThatFailsWhileItWaitsToBeStopped) {
  world w{{.strategy = one_for_all, .limit = restart_limit{1, 60s}}};
  for (const char* id : {"a", "b", "c"})
    w.add(id);
  w.told();
  w.deaf = {"c"};
  w.exit("b", crash);
  w.exit("a", crash);
  w.exit("c", crash);
  EXPECT_EQ(w.told(), "stop c, start a, start b, start c");
}

TEST(ChildSupervision, DoesNotLetAStopOfOneHoldUpTheRestartOfAnother) {
  auto w = three(one_for_one);
  w.deaf = {"c"};
  w.obey(w.engine.stop({"c"}));
  w.exit("a", crash);
  EXPECT_EQ(w.told(), "stop c, start a");
}

// -- deadlines
// --------------------------------------------------------------------------------------------------

TEST(ChildSupervision, KillsWhoDoesNotEndInTime) {
  auto w = three(one_for_one);
  w.deaf = {"c"};
  w.obey(w.engine.stop_all());
  EXPECT_EQ(w.times.back(), 5s);
  w.obey(w.engine.overdue("c"));
  EXPECT_EQ(w.told(), "stop c, kill c");
  EXPECT_EQ(w.times.back(), 2s);
  w.exit("c", killed);
  EXPECT_EQ(w.told(), "stop b, stop a, ended");
}

TEST(ChildSupervision, GivesUpWaitingForAChildThatDoesNotEvenDie) {
  auto w = three(one_for_one);
  w.deaf = {"c"};
  w.obey(w.engine.stop_all());
  w.obey(w.engine.overdue("c"));
  w.obey(w.engine.overdue("c"));
  EXPECT_EQ(w.told(), "stop c, kill c, abandon c, stop b, stop a, ended");
}

TEST(ChildSupervision, ReplacesASilentChildThatDoesNotDie) {
  auto w = three(one_for_one);
  w.deaf = {"b"};
  w.exit("b", lost_heartbeat);
  EXPECT_EQ(w.told(), "kill b");
  w.obey(w.engine.overdue("b"));
  EXPECT_EQ(w.told(), "abandon b, start b");
}

TEST(ChildSupervision, KillsWithoutAskingWhereTheDeadlineIsZero) {
  world w{{}};
  w.add("a", permanent, 0ms);
  w.told();
  w.obey(w.engine.stop_all());
  EXPECT_EQ(w.told(), "kill a, ended");
}

TEST(ChildSupervision, IgnoresADeadlineOfAChildThatEndedMeanwhile) {
  auto w = three(one_for_one);
  w.obey(w.engine.overdue("b"));
  w.obey(w.engine.stop({"b"}));
  w.told();
  w.obey(w.engine.overdue("b"));
  EXPECT_EQ(w.told(), "");
}

TEST(ChildSupervision, WaitsBeforeARestartThatIsToBeDelayed) {
  world w{{}};
  w.add("a", permanent, 5s, 1s);
  EXPECT_EQ(w.told(), "start a") << "the first start is not delayed";
  w.exit("a", crash);
  EXPECT_EQ(w.told(), "start_later a");
  EXPECT_EQ(w.times.back(), 1s);
  w.obey(w.engine.delay_over("a"));
  EXPECT_EQ(w.told(), "start a");
}

TEST(ChildSupervision, ForgetsADelayedRestartThatIsNotWantedAnyMore) {
  world w{{}};
  w.add("a", permanent, 5s, 1s);
  w.exit("a", crash);
  w.told();
  w.obey(w.engine.stop({"a"}));
  EXPECT_EQ(w.told(), "gone a");
  w.obey(w.engine.delay_over("a"));
  EXPECT_EQ(w.told(), "");
}

// -- intensity and escalation
// -----------------------------------------------------------------------------------

TEST(ChildSupervision, GivesUpAtOneRestartMoreThanTheIntensityAllows) {
  auto w = three(one_for_one);
  for (const char* id : {"a", "b", "a"})
    w.exit(id, crash);
  EXPECT_EQ(w.told(), "start a, start b, start a") << "children count together";
  w.exit("c", crash);
  EXPECT_EQ(w.told(), "stop b, stop a, gave_up");
  EXPECT_TRUE(w.engine.ids().empty());
}

TEST(ChildSupervision, ForgetsRestartsThatAreOlderThanThePeriod) {
  auto w = three(one_for_one);
  for (int i = 0; i < 100; ++i) {
    w.exit("b", crash);
    w.now += 21s; // the fourth is 63 s younger than the first
  }
  EXPECT_EQ(w.told().find("gave_up"), std::string::npos);
}

TEST(ChildSupervision, CountsARestartExactlyOnePeriodAgo) {
  auto w = three(one_for_one);
  for (int i = 0; i < 4; ++i) {
    w.exit("b", crash);
    w.now += 20s; // the fourth is 60 s younger than the first
  }
  EXPECT_NE(w.told().find("gave_up"), std::string::npos);
}

TEST(ChildSupervision, DoesNotCountWhatIsNotStartedAgain) {
  world w{{.limit = restart_limit{0, 60s}}};
  for (int i = 0; i < 10; ++i) {
    w.add("t", temporary);
    w.exit("t", crash);
  }
  w.add("u", transient);
  w.exit("u", normal);
  EXPECT_FALSE(w.engine.is_ending());
  EXPECT_EQ(w.told().find("gave_up"), std::string::npos);
}

TEST(ChildSupervision, LeavesCountingToItsOwnerWithoutALimit) {
  world w{{.limit = std::nullopt}};
  w.add("a");
  for (int i = 0; i < 1'000; ++i)
    w.exit("a", crash);
  EXPECT_EQ(w.told().find("gave_up"), std::string::npos);
}

TEST(ChildSupervision, StopsTheSilentOneFirstWhenItGivesUp) {
  world w{{.limit = restart_limit{0, 60s}}};
  w.add("a");
  w.add("b");
  w.told();
  w.exit("a", lost_heartbeat);
  EXPECT_EQ(w.told(), "kill a, stop b, gave_up");
}

TEST(ChildSupervision, StartsNobodyWhileItEnds) {
  auto w = three(one_for_all);
  w.deaf = {"a", "b", "c"};
  w.obey(w.engine.stop_all());
  w.exit("b", crash);
  w.add("d");
  EXPECT_EQ(w.told(), "stop c");
  w.obey(w.engine.stop_all());
  w.exit("c", shutdown);
  w.exit("a", shutdown);
  EXPECT_EQ(w.told(), "stop a, ended");
}

TEST(ChildSupervision, EndsAtOnceWhenThereIsNobody) {
  world w{{}};
  w.obey(w.engine.stop_all());
  EXPECT_EQ(w.told(), "ended");
  w.add("a");
  EXPECT_EQ(w.told(), "start a") << "it can be used again";
}

// -- random histories
// -------------------------------------------------------------------------------------------

/// Children that end late, early, or not at all, and what must hold whatever happens.
struct history {
  explicit history(unsigned seed)
      : random(seed), strategy(static_cast<restart_strategy>(pick(3))),
        engine({.strategy = strategy,
                .limit = restart_limit{static_cast<unsigned>(pick(6)), 10s},
                .stops_together = pick(4) == 0}) {}

  std::size_t pick(std::size_t n) { return random() % n; }
  std::string some_id() { return std::string(1, static_cast<char>('a' + pick(5))); }

  void obey(const child_supervision::orders& orders) {
    for (const auto& o : orders) {
      switch (o.what) {
      case verb::start:
        ASSERT_FALSE(alive.contains(o.id)) << "two children of one id";
        if (strategy != one_for_one) {
          ASSERT_TRUE(asked.empty()) << "started while another is stopping";
        }
        alive.insert(o.id);
        break;
      case verb::stop:
        ASSERT_TRUE(alive.contains(o.id));
        ASSERT_TRUE(asked.insert(o.id).second) << "asked twice";
        break;
      case verb::kill:
        ASSERT_TRUE(alive.contains(o.id));
        asked.insert(o.id);
        break;
      case verb::abandon:
        ASSERT_TRUE(alive.contains(o.id));
        alive.erase(o.id);
        asked.erase(o.id);
        break;
      case verb::gone:
        ASSERT_FALSE(alive.contains(o.id));
        break;
      case verb::gave_up:
      case verb::ended:
        ASSERT_TRUE(alive.empty()) << "ended over a living child";
        ++ends;
        break;
      case verb::start_later:
        break;
      }
    }
  }

  /// By value: the id may be the one in `asked`, which goes.
  void die(std::string id, exit_kind kind) {
    alive.erase(id);
    asked.erase(id);
    obey(engine.exited(id, kind, now));
  }

  void step() {
    now += std::chrono::milliseconds{pick(2'000)};
    auto id = some_id();
    switch (pick(8)) {
    case 0:
    case 1:
      return obey(engine.add({id, static_cast<restart_kind>(pick(3)), pick(3) == 0 ? 0ms : 5'000ms,
                              pick(3) == 0 ? 1'000ms : 0ms}));
    case 2:
      if (alive.contains(id)) die(id, static_cast<exit_kind>(pick(4)));
      return;
    case 3:
      return obey(engine.exited(id, lost_heartbeat, now));
    case 4:
      return obey(engine.overdue(id));
    case 5:
      return obey(engine.delay_over(id));
    case 6:
      return obey(engine.stop({id, some_id()}));
    default:
      if (!asked.empty()) die(*asked.begin(), shutdown);
      if (pick(20) == 0) obey(engine.stop_all());
    }
  }

  /// Everybody who is asked ends: then all must come to an end.
  void finish() {
    obey(engine.stop_all());
    for (int i = 0; i < 100 && !asked.empty(); ++i)
      die(*asked.begin(), shutdown);
    EXPECT_TRUE(alive.empty());
    EXPECT_FALSE(engine.is_ending());
    EXPECT_GE(ends, 1);
    EXPECT_TRUE(engine.ids().empty());
  }

  std::minstd_rand random;
  restart_strategy strategy;
  child_supervision engine;
  child_supervision::time_point now{1h};
  std::set<std::string> alive;
  std::set<std::string> asked;
  int ends = 0;
};

TEST(ChildSupervision, KeepsItsPromisesInEveryHistory) {
  for (unsigned seed = 1; seed <= 3'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    history h{seed};
    for (int i = 0; i < 60; ++i)
      h.step();
    h.finish();
    if (HasFailure()) return;
  }
}

} // namespace
} // namespace weixin::runtime
