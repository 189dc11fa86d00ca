#include "protocol/webwx/text.hpp"

#include "protocol/webwx/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace weixin::webwx {

namespace {

/// Something was recognised at the front of the rest: what it stands for, and how many bytes it took.
struct found {
  std::string text;
  std::size_t length = 0;
};

/// One entity; longer ones than any known are text.
std::optional<found> entity(std::string_view rest) {
  constexpr std::size_t longest = 10;
  constexpr auto named = std::to_array<std::pair<std::string_view, char>>(
      {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}});
  auto end = rest.substr(0, longest).find(';');
  if (end == std::string_view::npos || end < 2) return std::nullopt;
  auto name = rest.substr(1, end - 1);
  for (auto [known, character] : named)
    if (name == known) return found{std::string(1, character), end + 1};
  if (!name.starts_with('#')) return std::nullopt;
  name.remove_prefix(1);
  int base = 10;
  if (name.starts_with('x') || name.starts_with('X')) {
    base = 16;
    name.remove_prefix(1);
  }
  std::uint32_t number = 0;
  auto [stopped, failed] = std::from_chars(name.data(), name.data() + name.size(), number, base);
  if (failed != std::errc{} || stopped != name.data() + name.size()) return std::nullopt;
  auto character = to_utf8(number);
  if (!character) return std::nullopt;
  return found{std::move(*character), end + 1};
}

/// <span class="emoji emoji1f604"></span>; one code comes without the bracket that closes the opening tag.
std::optional<found> emoji_span(std::string_view rest) {
  constexpr std::string_view opening = "<span class=\"emoji emoji";
  constexpr std::string_view closing = "</span>";
  constexpr std::size_t longest_code = 16;
  if (!rest.starts_with(opening)) return std::nullopt;
  auto tail = rest.substr(opening.size());
  auto code = tail.substr(0, tail.substr(0, longest_code + 1).find('"'));
  if (code.size() > longest_code) return std::nullopt;
  tail.remove_prefix(std::min(code.size() + 1, tail.size()));
  if (tail.starts_with('>')) tail.remove_prefix(1);
  if (!tail.starts_with(closing)) return std::nullopt;
  tail.remove_prefix(closing.size());
  constexpr std::string_view placeholder = "\xEF\xBF\xBD"; // U+FFFD
  return found{emoji_from_code(code).value_or(std::string{placeholder}), rest.size() - tail.size()};
}

/// Copies `text`, replacing what `recognise` finds at any `mark`. What is put in is not looked at again.
template <class Recognise>
std::string replace_marked(std::string_view text, char mark, Recognise recognise) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto plain = std::min(text.find(mark), text.size());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    if (auto f = recognise(text)) {
      out += f->text;
      text.remove_prefix(f->length);
    } else {
      out += mark;
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string replace_breaks(std::string_view text, std::string_view by) {
  return replace_marked(text, '<', [&](std::string_view rest) -> std::optional<found> {
    for (std::string_view tag : {"<br/>", "<br />", "<br>"})
      if (rest.starts_with(tag)) return found{std::string{by}, tag.size()};
    return std::nullopt;
  });
}

} // namespace

std::string decode_entities(std::string_view text) { return replace_marked(text, '&', entity); }

std::string decode_emoji(std::string_view text) { return replace_marked(text, '<', emoji_span); }

std::string decode_breaks(std::string_view text) { return replace_breaks(text, "\n"); }

std::string without_breaks(std::string_view text) { return replace_breaks(text, ""); }

std::string decode_text(std::string_view content) {
  return decode_entities(decode_breaks(decode_emoji(content)));
}

std::string decode_name(std::string_view name) { return decode_entities(decode_emoji(name)); }

std::string decode_xml(std::string_view content) { return decode_entities(without_breaks(content)); }

std::pair<std::string_view, std::string_view> split_group_prefix(std::string_view content) noexcept {
  auto is_letter_or_digit = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  std::size_t end = content.starts_with('@') ? 1 : 0;
  auto begin_of_name = end;
  while (end < content.size() && (is_letter_or_digit(content[end]) ||
                                  (begin_of_name == 0 && (content[end] == '_' || content[end] == '-'))))
    ++end;
  constexpr std::string_view separator = ":<br/>";
  if (end == begin_of_name || !content.substr(end).starts_with(separator)) return {{}, content};
  return {content.substr(0, end), content.substr(end + separator.size())};
}

} // namespace weixin::webwx
