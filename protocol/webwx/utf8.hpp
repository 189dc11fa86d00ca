#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::webwx {

/// One character; nothing for surrogates, for 0, and for what is beyond Unicode.
inline std::optional<std::string> to_utf8(std::uint32_t code_point) {
  if (code_point == 0 || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF))
    return std::nullopt;
  auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  auto follow = [&](unsigned shift) { return byte(0x80 | ((code_point >> shift) & 0x3F)); };
  if (code_point < 0x80) return std::string{byte(code_point)};
  if (code_point < 0x800) return std::string{byte(0xC0 | (code_point >> 6)), follow(0)};
  if (code_point < 0x10000) return std::string{byte(0xE0 | (code_point >> 12)), follow(6), follow(0)};
  return std::string{byte(0xF0 | (code_point >> 18)), follow(12), follow(6), follow(0)};
}

/// At most the first `max` bytes of valid UTF-8, no character cut in two.
inline std::string clipped(std::string_view text, std::size_t max) {
  if (text.size() <= max) return std::string{text};
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xC0U) == 0x80U)
    --max;
  return std::string{text.substr(0, max)};
}

} // namespace weixin::webwx
