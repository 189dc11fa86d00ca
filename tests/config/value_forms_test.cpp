#include "config/value_forms.hpp"

#include <gtest/gtest.h>

namespace weixin::config {
namespace {

using namespace std::chrono_literals;

TEST(Duration, IsReadFromNumbersWithUnits) {
  EXPECT_EQ(parse_duration("90s"), 90s);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("7d"), 168h);
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("1d1h1m1s"), 25h + 61s);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(Duration, RefusesAnythingElse) {
  for (auto bad : {"", "2", "m", "2x", "2 m", " 2m", "2m ", "-2m", "+2m", "1.5h", "30m1h", "1m1m", "1h-3m",
                   "2M", "2m3", "99999999999999999999s", "9223372036854775807d", "3651d", "3650d1s"})
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
  EXPECT_TRUE(parse_duration("3650d"));
}

TEST(Duration, IsWrittenAsItIsRead) {
  for (auto text : {"0s", "1s", "90m", "2h", "1d", "1h30m", "1d1h1m1s"}) {
    auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parse_duration(format_duration(*parsed)), parsed) << text;
  }
  EXPECT_EQ(format_duration(90min), "1h30m");
  EXPECT_EQ(format_duration(0s), "0s");
}

TEST(Mode, IsOctal) {
  EXPECT_EQ(parse_mode("0660"), 0660U);
  EXPECT_EQ(parse_mode("600"), 0600U);
  for (auto bad : {"", "60", "0680", "06600", "0x66", " 660", "660 "})
    EXPECT_EQ(parse_mode(bad), std::nullopt) << bad;
}

TEST(BotName, IsAWordOfAtMost63Characters) {
  for (auto good : {"a", "Echo", "shop-bot_2", "0"})
    EXPECT_TRUE(is_bot_name(good)) << good;
  for (auto bad : {"", "-a", "_a", "a b", "a.b", "\u00e9"})
    EXPECT_FALSE(is_bot_name(bad)) << bad;
  EXPECT_TRUE(is_bot_name(std::string(63, 'a')));
  EXPECT_FALSE(is_bot_name(std::string(64, 'a')));
}

} // namespace
} // namespace weixin::config
