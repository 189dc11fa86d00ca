#include "actors/pacing.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weixin {
namespace {

using namespace std::chrono_literals;
using enum paced_operation;

struct Pacer : ::testing::Test {
  random_generator random{3};
  pacer::time_point now = pacer::time_point{} + 100h;
  pacer conservative{pacing_settings{}};

  /// How many an eager account gets out in `span`.
  int within(pacer& p, paced_operation o, std::chrono::seconds span) {
    int count = 0;
    for (auto t = now; (t = p.earliest(o, t)) < now + span; ++count)
      p.used(o, t, random);
    return count;
  }
};

TEST_F(Pacer, LetsTheFirstOfEveryOperationOutAtOnce) {
  for (auto o : {text, media, groups, friends, batch_contacts}) {
    EXPECT_EQ(conservative.next(o, now).at, now) << to_string(o);
    EXPECT_EQ(conservative.next(o, now).reason, pacing_reason::none) << to_string(o);
  }
}

/// The budgets as they are shipped, one row an operation: how many leave within the span, at least and at
/// most.
struct budget_row {
  paced_operation operation;
  std::chrono::seconds span;
  int least, most;
};

TEST_F(Pacer, KeepsToTheBudgetOfEachOperation) {
  const std::vector<budget_row> rows{
      {text, 600s, 400, 600},           // one a second, the jitter adds at most half of it
      {media, 600s, 133, 200},          //
      {groups, 600s, 13, 20},           // half a minute apart
      {groups, 3600s, 20, 20},          // as many as an hour takes
      {groups, 7200s, 40, 40},          //
      {friends, 600s, 6, 10},           // a minute apart
      {friends, 3600s, 10, 10},         //
      {batch_contacts, 600s, 200, 300}, //
  };
  for (const auto& row : rows) {
    pacer p{pacing_settings{}};
    auto count = within(p, row.operation, row.span);
    EXPECT_GE(count, row.least) << to_string(row.operation) << " in " << row.span.count();
    EXPECT_LE(count, row.most) << to_string(row.operation) << " in " << row.span.count();
  }
}

TEST_F(Pacer, StartsSlowlyAfterALogin) {
  const std::vector<budget_row> rows{
      {text, 300s, 66, 100}, {media, 300s, 22, 34}, {groups, 300s, 2, 4}, {friends, 300s, 1, 2}};
  for (const auto& row : rows) {
    pacer p{pacing_settings{}};
    p.session_started(now);
    auto count = within(p, row.operation, row.span);
    EXPECT_GE(count, row.least) << to_string(row.operation);
    EXPECT_LE(count, row.most) << to_string(row.operation);
  }
}

TEST_F(Pacer, IsAsFastAsEverOnceTheSlowStartIsOver) {
  conservative.session_started(now - 1h);
  EXPECT_GE(within(conservative, text, 600s), 400);
}

TEST_F(Pacer, CountsEveryOperationByItself) {
  within(conservative, friends, 3600s);
  EXPECT_EQ(conservative.earliest(text, now), now);
  EXPECT_EQ(conservative.earliest(groups, now), now);
}

TEST_F(Pacer, LetsAnHourPassBeforeTheNextOneAboveTheLimit) {
  pacing_settings s;
  s.of(groups) = {0s, 3};
  pacer p{s};
  for (int i = 0; i < 3; ++i)
    p.used(groups, now + i * 1min, random);
  auto turn = p.next(groups, now + 10min);
  EXPECT_EQ(turn.at, now + 1h);
  EXPECT_EQ(turn.reason, pacing_reason::hourly_limit);
  p.used(groups, now + 1h, random);
  EXPECT_EQ(p.earliest(groups, now + 1h), now + 1h + 1min) << "the second of the three is an hour old then";
}

TEST_F(Pacer, TellsWhatAnOperationWaitsFor) {
  conservative.used(text, now, random);
  EXPECT_EQ(conservative.next(text, now).reason, pacing_reason::spacing);
  conservative.session_started(now);
  conservative.used(text, now, random);
  EXPECT_EQ(conservative.next(text, now).reason, pacing_reason::slow_start);
  conservative.pause(now + 5min);
  EXPECT_EQ(conservative.next(text, now).reason, pacing_reason::too_frequent);
}

TEST_F(Pacer, PausesEverythingAfter1205WhateverTheProfile) {
  for (auto profile : {pacing_profile::conservative, pacing_profile::none}) {
    pacer p{profile};
    p.pause(now + 5min);
    for (auto o : {text, media, groups, friends, batch_contacts})
      EXPECT_EQ(p.earliest(o, now), now + 5min) << to_string(o);
    EXPECT_EQ(p.earliest(text, now + 6min), now + 6min);
    p.pause({});
    EXPECT_EQ(p.earliest(text, now), now) << "the pause was ended";
  }
}

TEST_F(Pacer, HoldsNothingElseBackWithTheProfileNone) {
  pacer p{pacing_profile::none};
  p.session_started(now);
  for (auto o : {text, media, groups, friends, batch_contacts}) {
    for (int i = 0; i < 100; ++i)
      p.used(o, now, random);
    EXPECT_EQ(p.earliest(o, now), now) << to_string(o);
  }
}

TEST_F(Pacer, GoesOnUnderOtherBudgets) {
  pacing_settings hourly;
  hourly.of(groups) = {0ms, 3};
  pacer p{hourly};
  for (int i = 0; i < 3; ++i)
    p.used(groups, now + std::chrono::minutes{i}, random);
  EXPECT_EQ(p.next(groups, now + 5min).at, now + 1h);
  hourly.of(groups).per_hour = 2;
  p.use(hourly);
  EXPECT_EQ(p.next(groups, now + 5min).at, now + 1min + 1h) << "two of the last hour still count";
  hourly.of(groups).per_hour = 10;
  p.use(hourly);
  EXPECT_EQ(p.next(groups, now + 5min).at, now + 5min);
  hourly.profile = pacing_profile::none;
  p.use(hourly);
  EXPECT_EQ(p.earliest(groups, now), now);
}

TEST_F(Pacer, IsTheSameAgainWithTheSameRandomness) {
  pacer other{pacing_settings{}};
  random_generator again{3};
  conservative.used(text, now, random);
  other.used(text, now, again);
  EXPECT_EQ(conservative.earliest(text, now), other.earliest(text, now));
}

TEST(PacingProfile, IsNamedInTheConfiguration) {
  EXPECT_EQ(parse_pacing_profile("conservative"), pacing_profile::conservative);
  EXPECT_EQ(parse_pacing_profile("none"), pacing_profile::none);
  EXPECT_EQ(parse_pacing_profile("fast"), std::nullopt);
}

} // namespace
} // namespace weixin
