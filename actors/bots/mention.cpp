#include "actors/bots/mention.hpp"

namespace weixin::bots {

namespace {

constexpr std::string_view four_per_em_space = "\xE2\x80\x85"; // U+2005
constexpr std::string_view ideographic_space = "\xE3\x80\x80"; // U+3000
constexpr std::string_view white = " \t\r\n";
constexpr std::size_t longest_name_bytes = 192; // 64 characters of up to three bytes

/// How many bytes of white space the text starts with, for one character; 0 for none.
std::size_t space_at(std::string_view text) {
  if (text.empty()) return 0;
  if (white.find(text.front()) != std::string_view::npos) return 1;
  if (text.starts_with(four_per_em_space) || text.starts_with(ideographic_space)) return 3;
  return 0;
}

/// The bytes of the mention that the text starts with: "@", the name and what ends it.
std::size_t mention_bytes(std::string_view text) {
  auto near = text.substr(0, 1 + longest_name_bytes + four_per_em_space.size());
  auto marked = near.find(four_per_em_space);
  if (marked < near.find_first_of("@\n", 1)) return marked + four_per_em_space.size();
  std::size_t end = 1;
  while (end < text.size() && space_at(text.substr(end)) == 0)
    ++end;
  return end + (end < text.size() ? space_at(text.substr(end)) : 0);
}

std::string_view trimmed(std::string_view text) {
  while (auto n = space_at(text))
    text.remove_prefix(n);
  while (!text.empty()) {
    if (white.find(text.back()) != std::string_view::npos)
      text.remove_suffix(1);
    else if (text.ends_with(four_per_em_space) || text.ends_with(ideographic_space))
      text.remove_suffix(3);
    else
      break;
  }
  return text;
}

} // namespace

std::string strip_mentions(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  bool word_starts = true;
  while (!text.empty()) {
    if (word_starts && text.front() == '@') {
      text.remove_prefix(mention_bytes(text));
      continue;
    }
    auto space = space_at(text);
    auto n = space == 0 ? 1 : space;
    kept += text.substr(0, n);
    text.remove_prefix(n);
    word_starts = space != 0;
  }
  return std::string{trimmed(kept)};
}

} // namespace weixin::bots
