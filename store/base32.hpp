#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace weixin::store::base32 {

/// Crockford's digits in lower case: those that people mistake for others (i, l, o, u) are left out.
inline constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";

/// What `value_of` gives for a character that is no digit.
inline constexpr std::uint8_t no_digit = 0xFF;

namespace detail {
inline constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_digit);
  for (std::uint8_t value = 0; value < digits.size(); ++value)
    table[static_cast<unsigned char>(digits[value])] = value;
  return table;
}();
} // namespace detail

/// 0 to 31, or `no_digit`.
constexpr std::uint8_t value_of(char c) noexcept { return detail::values[static_cast<unsigned char>(c)]; }

} // namespace weixin::store::base32
