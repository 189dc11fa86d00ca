#include "qr/qr.hpp"
#include "tests/qr/picture.hpp"

#include <gtest/gtest.h>

namespace weixin::qr::test {
namespace {

constexpr std::string_view link = "https://login.weixin.qq.com/l/AbCdEfGhIj==";

TEST(QrPng, IsReadByAScanner) {
  auto file = to_png(encode(link).value());
  ASSERT_TRUE(file);
  auto p = read_png(*file);
  ASSERT_TRUE(p);
  EXPECT_EQ(scan(*p), link);
}

TEST(QrPng, HasEveryModuleAndTheQuietZoneInTheSizeAskedFor) {
  auto s = encode(link).value();
  for (int pixels : {1, 3, 32}) {
    auto file = to_png(s, pixels);
    ASSERT_TRUE(file);
    auto p = read_png(*file);
    ASSERT_TRUE(p);
    ASSERT_EQ(p->width, (s.size() + 8) * pixels);
    ASSERT_EQ(p->height, p->width);
    for (int y = 0; y < p->height; ++y)
      for (int x = 0; x < p->width; ++x)
        ASSERT_EQ(p->grey[static_cast<std::size_t>(y * p->width + x)] == 0,
                  s.is_dark(x / pixels - quiet_zone, y / pixels - quiet_zone));
  }
}

TEST(QrPng, HoldsTheLongestText) {
  std::string longest(max_text_bytes, 'x');
  auto p = read_png(to_png(encode(longest).value()).value());
  ASSERT_TRUE(p);
  EXPECT_EQ(scan(*p), longest);
}

TEST(QrPng, RefusesModulesOfNoneOrTooManyPixels) {
  auto s = encode("x").value();
  EXPECT_EQ(to_png(s, 0).error().code, errc::invalid_argument);
  EXPECT_EQ(to_png(s, 33).error().code, errc::invalid_argument);
}

} // namespace
} // namespace weixin::qr::test
