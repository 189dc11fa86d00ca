#include "config/spelling.hpp"

#include <gtest/gtest.h>

namespace weixin::config {
namespace {

TEST(EditDistance, CountsTheFourKindsOfSlips) {
  EXPECT_EQ(edit_distance("socket", "socket"), 0U);
  EXPECT_EQ(edit_distance("socket", "sockt"), 1U);
  EXPECT_EQ(edit_distance("socket", "sockket"), 1U);
  EXPECT_EQ(edit_distance("socket", "sacket"), 1U);
  EXPECT_EQ(edit_distance("socket", "sokcet"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Closest, TakesTheNearestWithinTwoEdits) {
  EXPECT_EQ(closest("levle", {"level", "leave", "file"}), "level");
  EXPECT_EQ(closest("lvl", {"level"}), "") << "two edits of three characters are another word";
  EXPECT_EQ(closest("format", {"level"}), "");
}

TEST(Closest, DoesNotCompareHugeWords) {
  EXPECT_EQ(closest(std::string(1'000'000, 'a'), {std::string(999'999, 'a')}), "");
}

TEST(ClosestKey, PrefersTheSameTable) {
  EXPECT_EQ(closest_key("log.fil", {"log.file", "media.fil"}), "log.file");
  EXPECT_EQ(closest_key("log.images", {"log.file", "media.images"}), "media.images");
  EXPECT_EQ(closest_key("log.nothing", {"log.file", "media.images"}), "");
}

} // namespace
} // namespace weixin::config
