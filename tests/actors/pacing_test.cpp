#include "actors/pacing.hpp"

#include <gtest/gtest.h>

namespace weixin {
namespace {

using namespace std::chrono_literals;

struct Pacer : ::testing::Test {
  random_generator random{3};
  pacer::time_point now = pacer::time_point{} + 100h;
  /// How many texts an eager account gets out in `span`.
  int texts_within(pacer& p, std::chrono::seconds span) {
    int count = 0;
    for (auto t = now; (t = p.earliest(t)) < now + span; ++count)
      p.sent(t, random);
    return count;
  }
};

TEST_F(Pacer, LetsTheFirstTextOutAtOnce) {
  EXPECT_EQ(pacer{pacing_profile::conservative}.earliest(now), now);
}

TEST_F(Pacer, SendsAtMostOneTextASecondWithJitter) {
  pacer p{pacing_profile::conservative};
  p.session_started(now - 1h);
  auto count = texts_within(p, 600s);
  EXPECT_LE(count, 600);
  EXPECT_GE(count, 400) << "the jitter adds at most half a second";
}

TEST_F(Pacer, StartsSlowlyAfterALogin) {
  pacer p{pacing_profile::conservative};
  p.session_started(now);
  auto count = texts_within(p, 300s);
  EXPECT_LE(count, 100);
  EXPECT_GE(count, 66);
}

TEST_F(Pacer, DoesNotHoldBackWithTheProfileNone) {
  pacer p{pacing_profile::none};
  p.session_started(now);
  p.sent(now, random);
  EXPECT_EQ(p.earliest(now), now);
}

TEST(PacingProfile, IsNamedInTheConfiguration) {
  EXPECT_EQ(parse_pacing_profile("conservative"), pacing_profile::conservative);
  EXPECT_EQ(parse_pacing_profile("none"), pacing_profile::none);
  EXPECT_EQ(parse_pacing_profile("fast"), std::nullopt);
}

} // namespace
} // namespace weixin
