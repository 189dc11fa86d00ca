#include "protocol/content_range.hpp"

#include <charconv>

namespace weixin {

namespace {

/// Digits and nothing else.
std::optional<std::uint64_t> number_of(std::string_view text) noexcept {
  std::uint64_t value = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

} // namespace

std::optional<content_range> read_content_range(std::string_view text) noexcept {
  constexpr std::string_view unit = "bytes ";
  auto dash = text.find('-');
  auto slash = text.find('/');
  if (!text.starts_with(unit) || slash == std::string_view::npos || dash > slash) return std::nullopt;
  auto from = number_of(text.substr(unit.size(), dash - unit.size()));
  auto last = number_of(text.substr(dash + 1, slash - dash - 1));
  if (!from || !last || *last < *from) return std::nullopt;
  auto whole = text.substr(slash + 1);
  if (whole == "*") return content_range{*from, *last, std::nullopt};
  auto total = number_of(whole);
  if (!total || *total <= *last) return std::nullopt;
  return content_range{*from, *last, total};
}

} // namespace weixin
