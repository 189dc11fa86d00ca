#include "runtime/token_bucket.hpp"

#include "runtime/shared_bucket.hpp"

#include <gtest/gtest.h>

namespace weixin::runtime {
namespace {

using namespace std::chrono_literals;

const auto start = token_bucket::time_point{} + 1h;

TEST(TokenBucket, LetsABurstThroughAndMakesTheRestWaitInTurn) {
  token_bucket bucket{10.0, 2.0};
  EXPECT_EQ(bucket.take(start), 0ns);
  EXPECT_EQ(bucket.take(start), 0ns);
  EXPECT_EQ(bucket.take(start), 100ms);
  EXPECT_EQ(bucket.take(start), 200ms);
}

TEST(TokenBucket, RefillsWithTimeUpToItsBurst) {
  token_bucket bucket{10.0, 2.0};
  bucket.take(start);
  bucket.take(start);
  EXPECT_EQ(bucket.take(start + 100ms), 0ns);
  EXPECT_EQ(bucket.take(start + 1h), 0ns);
  EXPECT_EQ(bucket.take(start + 1h), 0ns);
  EXPECT_EQ(bucket.take(start + 1h), 100ms);
}

TEST(TokenBucket, TellsTheWaitWithoutTaking) {
  token_bucket bucket{10.0, 1.0};
  EXPECT_EQ(bucket.wait_for_next(start), 0ns);
  bucket.take(start);
  EXPECT_EQ(bucket.wait_for_next(start), 100ms);
  EXPECT_EQ(bucket.wait_for_next(start), 100ms);
  EXPECT_EQ(bucket.take(start), 100ms);
}

TEST(TokenBucket, IsFullWhenNobodyTookForAWhile) {
  token_bucket bucket{10.0, 2.0};
  EXPECT_TRUE(bucket.is_full(start));
  bucket.take(start);
  EXPECT_FALSE(bucket.is_full(start));
  EXPECT_TRUE(bucket.is_full(start + 100ms));
}

TEST(TokenBucket, GoesOnAtAnotherRate) {
  token_bucket bucket{1.0, 10.0};
  for (int i = 0; i < 10; ++i)
    bucket.take(start);
  bucket.set_rate(start + 2s, 10.0, 1.0);
  EXPECT_EQ(bucket.take(start + 2s), 0ns) << "what was saved is cut to the new burst, not forgotten";
  EXPECT_EQ(bucket.take(start + 2s), 100ms);
}

TEST(SharedBucket, TakesNothingFromWhoCannotWaitThatLong) {
  shared_bucket bucket{1.0, 1.0};
  EXPECT_EQ(bucket.take_within(start, 0ns), 0ns);
  EXPECT_EQ(bucket.take_within(start, 900ms), std::nullopt);
  EXPECT_EQ(bucket.take_within(start, 1s), 1s);
  EXPECT_EQ(bucket.take_within(start, 1s), std::nullopt);
}

TEST(SharedBucket, TakesBackATokenThatWasNotUsed) {
  shared_bucket bucket{1.0, 1.0};
  bucket.take(start);
  bucket.take(start);
  bucket.give_back();
  EXPECT_EQ(bucket.take(start), 1s);
}

} // namespace
} // namespace weixin::runtime
