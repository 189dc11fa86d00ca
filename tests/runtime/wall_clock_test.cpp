#include "runtime/wall_clock.hpp"

#include <gtest/gtest.h>

namespace weixin {
namespace {

using namespace std::chrono;

TEST(WallClock, PrintsRfc3339InUtcWithMilliseconds) {
  EXPECT_EQ(to_rfc3339(sys_days{2026y / February / 28} + 23h + 59min + 7s + 45ms),
            "2026-02-28T23:59:07.045Z");
}

TEST(WallClock, PrintsTimesBeforeTheEpochWithoutNegativeParts) {
  EXPECT_EQ(to_rfc3339(sys_days{1969y / December / 31} + 23h + 59min + 59s + 999ms),
            "1969-12-31T23:59:59.999Z");
}

TEST(WallClock, CountsMilliseconds) {
  EXPECT_EQ(to_milliseconds(wall_time{} + 1546211298739ms), 1546211298739);
}

} // namespace
} // namespace weixin
