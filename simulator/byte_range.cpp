#include "simulator/byte_range.hpp"

#include <algorithm>
#include <charconv>

namespace weixin::simulator {
namespace {

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

} // namespace

std::optional<byte_range> read_byte_range(std::string_view header, std::size_t size) {
  constexpr std::string_view unit = "bytes=";
  if (!header.starts_with(unit) || size == 0) return std::nullopt;
  header.remove_prefix(unit.size());
  auto dash = header.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  auto first = number(header.substr(0, dash));
  auto last = number(header.substr(dash + 1));
  if (dash == 0) {
    if (!last || *last == 0) return std::nullopt;
    return byte_range{size - std::min(*last, size), size - 1};
  }
  if (!first || *first >= size) return std::nullopt;
  if (dash + 1 == header.size()) return byte_range{*first, size - 1};
  if (!last || *last < *first) return std::nullopt;
  return byte_range{*first, std::min(*last, size - 1)};
}

} // namespace weixin::simulator
