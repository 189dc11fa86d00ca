#include "protocol/webwx/percent.hpp"

#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace weixin::webwx {

namespace {

// As a table: every value of every request goes through it.
constexpr auto is_unreserved = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < table.size(); ++c)
    table[c] = boost::urls::unreserved_chars(static_cast<char>(c));
  return table;
}();

} // namespace

std::string percent_encode(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + 16);
  while (true) {
    // Most values of a query are numbers and names, which stay as they are.
    auto reserved = std::find_if_not(text.begin(), text.end(),
                                     [](char c) { return is_unreserved[static_cast<unsigned char>(c)]; });
    auto length = static_cast<std::size_t>(reserved - text.begin());
    out.append(text.substr(0, length));
    if (reserved == text.end()) return out;
    auto byte = static_cast<unsigned char>(*reserved);
    out.append({'%', hex[byte >> 4], hex[byte & 15]});
    text.remove_prefix(length + 1);
  }
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    auto digits = text.substr(i, 3);
    if (digits.size() == 3 && digits[0] == '%') {
      auto [end, failed] = std::from_chars(digits.data() + 1, digits.data() + 3, byte, 16);
      if (failed == std::errc{} && end == digits.data() + 3) {
        out += static_cast<char>(byte);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

} // namespace weixin::webwx
