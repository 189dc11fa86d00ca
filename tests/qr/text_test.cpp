#include "qr/qr.hpp"
#include "tests/qr/picture.hpp"

#include <gtest/gtest.h>

namespace weixin::qr::test {
namespace {

constexpr std::string_view link = "https://login.weixin.qq.com/l/AbCdEfGhIj==";

symbol link_symbol() { return encode(link).value(); }

std::optional<std::string> scan_text(const std::string& text, terminal where, int columns_per_module) {
  auto p = draw(text, where, columns_per_module);
  EXPECT_TRUE(p) << "not a rectangle of blocks";
  return p ? scan(*p) : std::nullopt;
}

TEST(QrHalfBlocks, AreReadFromADarkTerminal) {
  EXPECT_EQ(scan_text(to_half_blocks(link_symbol()), terminal::dark, 1), link);
}

TEST(QrHalfBlocks, AreReadFromALightTerminalWhenDrawnForIt) {
  EXPECT_EQ(scan_text(to_half_blocks(link_symbol(), ink::plain_on_light), terminal::light, 1), link);
}

TEST(QrHalfBlocks, InColourAreReadFromEveryTerminal) {
  auto text = to_half_blocks(link_symbol(), ink::colour);
  EXPECT_EQ(scan_text(text, terminal::dark, 1), link);
  EXPECT_EQ(scan_text(text, terminal::light, 1), link);
}

TEST(QrHalfBlocks, HaveNoEscapeSequencesUnlessInColour) {
  EXPECT_EQ(to_half_blocks(link_symbol(), ink::plain).find('\x1b'), std::string::npos);
  EXPECT_EQ(to_half_blocks(link_symbol(), ink::plain_on_light).find('\x1b'), std::string::npos);
}

TEST(QrHalfBlocks, ResetTheColoursAtTheEndOfEveryLine) {
  auto text = to_half_blocks(link_symbol(), ink::colour);
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1))
    EXPECT_EQ(text.substr(at - 4, 4), "\x1b[0m");
}

TEST(QrHalfBlocks, HaveAQuietZoneOfFourModules) {
  auto s = link_symbol();
  auto p = draw(to_half_blocks(s, ink::plain_on_light), terminal::light, 1);
  ASSERT_TRUE(p);
  auto side = half_block_columns(s);
  ASSERT_EQ(side, s.size() + 8);
  auto dot = p->width / side;
  auto is_dark = [&](int x, int y) {
    return p->grey[static_cast<std::size_t>((y * dot) * p->width + x * dot)] == 0;
  };
  for (int i = 0; i < side; ++i)
    for (int edge = 0; edge < 4; ++edge)
      EXPECT_FALSE(is_dark(i, edge) || is_dark(edge, i) || is_dark(side - 1 - edge, i) ||
                   is_dark(i, side - 1 - edge));
  EXPECT_TRUE(is_dark(4, 4) && is_dark(side - 5, 4) && is_dark(4, side - 5));
}

TEST(QrAscii, IsReadInEveryInk) {
  auto s = link_symbol();
  EXPECT_EQ(scan_text(to_ascii(s), terminal::dark, 2), link);
  EXPECT_EQ(scan_text(to_ascii(s, ink::plain_on_light), terminal::light, 2), link);
  EXPECT_EQ(scan_text(to_ascii(s, ink::colour), terminal::dark, 2), link);
  EXPECT_EQ(scan_text(to_ascii(s, ink::colour), terminal::light, 2), link);
}

TEST(QrAscii, HoldsAsciiOnly) {
  for (auto how : {ink::plain, ink::plain_on_light, ink::colour})
    for (char c : to_ascii(link_symbol(), how))
      ASSERT_LT(static_cast<unsigned char>(c), 0x80);
}

} // namespace
} // namespace weixin::qr::test
