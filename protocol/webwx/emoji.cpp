#include "protocol/webwx/text.hpp"
#include "protocol/webwx/utf8.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace weixin::webwx {

namespace {

/// Faces that Weixin names wrongly: cats for people and the like (weixin-protocol.md 7.3).
constexpr auto corrections = std::to_array<std::pair<std::uint32_t, std::uint32_t>>({
    {0x1f63c, 0x1f601},
    {0x1f639, 0x1f602},
    {0x1f63a, 0x1f603},
    {0x1f4ab, 0x1f616},
    {0x1f64d, 0x1f614},
    {0x1f63b, 0x1f60d},
    {0x1f63d, 0x1f618},
    {0x1f64e, 0x1f621},
    {0x1f63f, 0x1f622},
});

/// How long the first of the code's characters is; a second one has the rest.
std::size_t first_length(std::string_view code) noexcept {
  switch (code.size()) {
  case 4:
  case 5:
    return code.size();
  case 6:
    return 2; // keycaps
  case 8:
    return 4;
  case 10:
    return 5; // flags
  default:
    return 0;
  }
}

std::optional<std::string> character(std::string_view hex) {
  std::uint32_t number = 0;
  auto [end, failed] = std::from_chars(hex.data(), hex.data() + hex.size(), number, 16);
  if (failed != std::errc{} || end != hex.data() + hex.size()) return std::nullopt;
  for (auto [wrong, right] : corrections)
    if (number == wrong) number = right;
  return to_utf8(number);
}

} // namespace

std::optional<std::string> emoji_from_code(std::string_view code) {
  auto length = first_length(code);
  if (length == 0) return std::nullopt;
  auto text = character(code.substr(0, length));
  if (!text || length == code.size()) return text;
  auto second = character(code.substr(length));
  if (!second) return std::nullopt;
  return *text + *second;
}

} // namespace weixin::webwx
