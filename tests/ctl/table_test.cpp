#include "ctl/table.hpp"

#include <gtest/gtest.h>

namespace weixin::ctl {
namespace {

table two_columns() { return table{{{.title = "NAME"}, {.title = "IN", .right = true}}}; }

TEST(Table, AlignsTextLeftAndNumbersRight) {
  auto t = two_columns();
  t.add({{"shop-01"}, {"7"}});
  t.add({{"b"}, {"1234"}});
  EXPECT_EQ(t.to_text(false), "NAME        IN\n"
                              "shop-01      7\n"
                              "b         1234\n");
}

TEST(Table, AlignsChineseByItsWidthOnTheScreen) {
  auto t = two_columns();
  t.add({{"小店"}, {"1"}});
  t.add({{"abcd"}, {"2"}});
  EXPECT_EQ(t.to_text(false), "NAME   IN\n"
                              "小店    1\n"
                              "abcd    2\n");
}

TEST(Table, ShowsADashForWhatIsEmpty) {
  auto t = two_columns();
  t.add({{""}});
  EXPECT_EQ(t.to_text(false), "NAME   IN\n-       -\n");
}

TEST(Table, HasItsTitlesWithoutRowsToo) { EXPECT_EQ(two_columns().to_text(false), "NAME   IN\n"); }

TEST(Table, CutsLongCellsOff) {
  table t{{{.title = "NICK", .max_columns = 6}, {.title = "X"}}};
  t.add({{"abcdefghij"}, {"1"}});
  EXPECT_EQ(t.to_text(false), "NICK     X\nabcde\u2026   1\n");
}

TEST(Table, EscapesHostileCells) {
  auto t = two_columns();
  t.add({{"a\x1b[2J\nb"}, {"1"}});
  EXPECT_EQ(t.to_text(false), "NAME          IN\na\\x1b[2J\\nb    1\n");
}

TEST(Table, ColoursTheTextAndNotTheSpacesAroundIt) {
  auto t = two_columns();
  t.add({{"up", tone::good}, {"1"}});
  EXPECT_EQ(t.to_text(true), "NAME   IN\n\x1b[32mup\x1b[0m      1\n");
}

} // namespace
} // namespace weixin::ctl
