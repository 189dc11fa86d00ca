#include "qr/qr.hpp"

#include <gtest/gtest.h>

namespace weixin::qr {
namespace {

TEST(QrEncoding, OfALoginLinkFitsATerminal) {
  auto s = encode("https://login.weixin.qq.com/l/AbCdEfGhIj==");
  ASSERT_TRUE(s);
  EXPECT_LE(half_block_columns(*s), 80);
  EXPECT_LE((half_block_columns(*s) + 1) / 2, 24);
}

TEST(QrEncoding, HasItsThreeFinderPatterns) {
  auto s = encode("x");
  ASSERT_TRUE(s);
  ASSERT_EQ(s->size(), 21);
  for (auto [x, y] : {std::pair{0, 0}, {14, 0}, {0, 14}}) {
    EXPECT_TRUE(s->is_dark(x, y) && s->is_dark(x + 6, y + 6) && s->is_dark(x + 3, y + 3)) << x << "," << y;
    EXPECT_FALSE(s->is_dark(x + 1, y + 1) || s->is_dark(x + 5, y + 5)) << x << "," << y;
  }
}

TEST(QrEncoding, IsLightOutsideTheSymbol) {
  auto s = encode("x");
  ASSERT_TRUE(s);
  for (auto [x, y] : {std::pair{-1, 0}, {0, -1}, {21, 0}, {0, 21}, {-1000, 5}, {1000, 1000}})
    EXPECT_FALSE(s->is_dark(x, y));
}

TEST(QrEncoding, RefusesNothingAndTooMuch) {
  EXPECT_EQ(encode("").error().code, errc::invalid_argument);
  EXPECT_EQ(encode(std::string(max_text_bytes + 1, 'x')).error().code, errc::invalid_argument);
  EXPECT_TRUE(encode(std::string(max_text_bytes, 'x')));
}

TEST(QrEncoding, KeepsTheTextOutOfItsErrors) {
  EXPECT_EQ(encode(std::string(max_text_bytes + 1, 'x')).error().context.find("xxx"), std::string::npos);
}

} // namespace
} // namespace weixin::qr
