// What is old is decided by a clock that may jump.
#include "supervisor/believed_time.hpp"

#include <gtest/gtest.h>

namespace weixin::supervisor {
namespace {

using namespace std::chrono_literals;

struct BelievedTime : ::testing::Test {
  believed_time time;
  wall_time wall = wall_time{} + 24h * 365 * 56;
  std::chrono::steady_clock::time_point steady{1h};

  wall_time now() { return time.at(wall, steady); }
  void pass(std::chrono::minutes d) {
    wall += d;
    steady += d;
  }
};

TEST_F(BelievedTime, FollowsAClockThatRunsEvenly) {
  for (int i = 0; i < 200; ++i, pass(10min))
    EXPECT_EQ(now(), wall);
}

TEST_F(BelievedTime, FollowsSmallCorrectionsInBothDirections) {
  now();
  wall += 30min;
  EXPECT_EQ(now(), wall);
  wall -= 40min;
  EXPECT_EQ(now(), wall);
}

TEST_F(BelievedTime, DoesNotBelieveAJumpOfAYearAhead) {
  auto before = now();
  pass(10min);
  wall += 24h * 365;
  EXPECT_EQ(now(), before + 10min);
  pass(12h);
  EXPECT_EQ(now(), before + 12h + 10min);
}

TEST_F(BelievedTime, BelievesAJumpThatLastsForADay) {
  now();
  wall += 24h * 365;
  now();
  pass(24h);
  EXPECT_EQ(now(), wall);
}

TEST_F(BelievedTime, BelievesAClockThatGoesBackAtOnce) {
  now();
  wall -= 24h * 365;
  EXPECT_EQ(now(), wall);
}

TEST_F(BelievedTime, ForgetsAJumpThatWasTakenBack) {
  now();
  wall += 24h;
  now();
  wall -= 24h;
  EXPECT_EQ(now(), wall);
  pass(25h);
  wall += 24h;
  EXPECT_EQ(now(), wall - 24h) << "a new jump starts a new day of patience";
}

} // namespace
} // namespace weixin::supervisor
