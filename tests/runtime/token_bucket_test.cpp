#include "runtime/token_bucket.hpp"

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

} // namespace
} // namespace weixin::runtime
