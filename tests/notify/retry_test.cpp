#include "notify/retry.hpp"

#include <gtest/gtest.h>

namespace weixin::notify {
namespace {

using namespace std::chrono_literals;
using verdict = attempt::verdict;

TEST(Retry, TakesOnly2xxForDelivered) {
  for (int status : {200, 202, 204, 299})
    EXPECT_EQ(verdict_of(status), verdict::delivered) << status;
}

TEST(Retry, RepeatsWhatMayHeal) {
  for (int status : {408, 425, 429, 500, 502, 503, 599})
    EXPECT_EQ(verdict_of(status), verdict::try_again) << status;
}

TEST(Retry, RepeatsNothingElse) {
  for (int status : {0, 100, 301, 302, 307, 308, 400, 401, 403, 404, 410, 413, 422, 600})
    EXPECT_EQ(verdict_of(status), verdict::refused) << status;
}

TEST(Retry, WaitsFromASecondToFiveMinutes) {
  random_generator random{7};
  const std::chrono::seconds steps[] = {1s, 3s, 9s, 27s, 81s, 243s, 300s};
  for (int round = 0; round < 100; ++round)
    for (unsigned tries = 1; tries < most_tries; ++tries) {
      auto pause = pause_after(tries, std::nullopt, random);
      ASSERT_TRUE(pause);
      EXPECT_GE(*pause, steps[tries - 1] / 2);
      EXPECT_LE(*pause, steps[tries - 1]);
    }
}

TEST(Retry, DrawsItsPauses) {
  random_generator random{7};
  auto first = pause_after(7, std::nullopt, random);
  EXPECT_NE(first, pause_after(7, std::nullopt, random));
}

TEST(Retry, GivesUpAfterEightTries) {
  random_generator random{7};
  EXPECT_FALSE(pause_after(8, std::nullopt, random));
  EXPECT_FALSE(pause_after(8, 60s, random));
}

TEST(Retry, WaitsAsLongAsItIsAskedToForAnHourAtMost) {
  random_generator random{7};
  EXPECT_EQ(pause_after(1, 120s, random), 120s);
  EXPECT_EQ(pause_after(1, 24h, random), 1h);
  EXPECT_GE(*pause_after(7, 1s, random), 150s) << "never less than without";
}

} // namespace
} // namespace weixin::notify
