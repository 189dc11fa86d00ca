#include "qr/qr.hpp"

#include <array>

namespace weixin::qr {
namespace {

// 16 and 231 belong to the colour cube, which themes leave alone, unlike the first 16 colours.
constexpr std::string_view black_on_white = "\x1b[38;5;16;48;5;231m";
constexpr std::string_view white_background = "\x1b[48;5;231m";
constexpr std::string_view black_background = "\x1b[48;5;16m";
constexpr std::string_view reset = "\x1b[0m";

/// By which halves are drawn: none, upper, lower, both.
constexpr std::array<std::string_view, 4> blocks{" ", "\u2580", "\u2584", "\u2588"};

} // namespace

int half_block_columns(const symbol& s) noexcept { return s.size() + 2 * quiet_zone; }
int ascii_columns(const symbol& s) noexcept { return 2 * half_block_columns(s); }

std::string to_half_blocks(const symbol& s, ink how) {
  const bool draws_dark = how != ink::plain;
  const int end = s.size() + quiet_zone;
  std::string text;
  for (int y = -quiet_zone; y < end; y += 2) {
    if (how == ink::colour) text += black_on_white;
    for (int x = -quiet_zone; x < end; ++x) {
      // The size is odd, so the last line has half a row to spare: one more row of light ones.
      auto upper = static_cast<std::size_t>(s.is_dark(x, y) == draws_dark);
      auto lower = static_cast<std::size_t>(s.is_dark(x, y + 1) == draws_dark);
      text += blocks[upper + 2 * lower];
    }
    if (how == ink::colour) text += reset;
    text += '\n';
  }
  return text;
}

std::string to_ascii(const symbol& s, ink how) {
  const int end = s.size() + quiet_zone;
  std::string text;
  for (int y = -quiet_zone; y < end; ++y) {
    for (int x = -quiet_zone; x < end; ++x) {
      bool dark = s.is_dark(x, y);
      if (how == ink::colour) {
        if (x == -quiet_zone || dark != s.is_dark(x - 1, y))
          text += dark ? black_background : white_background;
        text += "  ";
      } else {
        text += dark == (how == ink::plain_on_light) ? "##" : "  ";
      }
    }
    if (how == ink::colour) text += reset;
    text += '\n';
  }
  return text;
}

} // namespace weixin::qr
