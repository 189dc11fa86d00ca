#include "ctl/moment.hpp"

#include <gtest/gtest.h>

namespace weixin::ctl {
namespace {

using namespace std::chrono_literals;

TEST(Rfc3339, IsReadWithAndWithoutAFraction) {
  auto second = parse_rfc3339("2026-01-31T08:00:05Z");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->time_since_epoch(), 1769846405s);
  EXPECT_EQ(parse_rfc3339("2026-01-31T08:00:05.250Z"), *second + 250ms);
  EXPECT_EQ(parse_rfc3339("2026-01-31T08:00:05.2Z"), *second + 200ms);
  EXPECT_EQ(parse_rfc3339("2026-01-31T08:00:05.250999999Z"), *second + 250ms);
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const char* text : {"", "yesterday", "2026-01-31", "2026-01-31T08:00:05", "2026-01-31T08:00:05+01:00",
                           "2026-02-30T08:00:05Z", "2026-01-31T08:00:05.Z", "2026-01-31T08:00:05Z "})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(HttpDate, IsRead) {
  EXPECT_EQ(parse_http_date("Sat, 31 Jan 2026 08:00:05 GMT"), parse_rfc3339("2026-01-31T08:00:05Z"));
  EXPECT_FALSE(parse_http_date("Sat, 31 Jan 2026 08:00:05 CET"));
  EXPECT_FALSE(parse_http_date(""));
}

TEST(Age, HasTheUnitThatFits) {
  moment now{1000h * 24};
  EXPECT_EQ(age(now - 119s, now), "119s");
  EXPECT_EQ(age(now - 120s, now), "2m");
  EXPECT_EQ(age(now - 119min, now), "119m");
  EXPECT_EQ(age(now - 47h, now), "47h");
  EXPECT_EQ(age(now - 48h, now), "2d");
}

TEST(Age, OfTheFutureIsNothing) { EXPECT_EQ(age(moment{1h}, moment{}), "0s"); }

} // namespace
} // namespace weixin::ctl
