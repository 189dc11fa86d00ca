#include "protocol/webwx/file_name.hpp"

#include "protocol/webwx/json_repair.hpp"

#include <algorithm>
#include <array>

namespace weixin::webwx {

namespace {

constexpr std::size_t max_extension_bytes = 16;

// In UTF-8: U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069, U+061C; U+2028 and U+2029 break lines, U+FEFF
// is not seen.
constexpr auto unwanted = std::to_array<std::string_view>(
    {"\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAA", "\xE2\x80\xAB",
     "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA7", "\xE2\x81\xA8",
     "\xE2\x81\xA9", "\xD8\x9C", "\xEF\xBB\xBF"});

bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// How many bytes at the front are not wanted in a name.
std::size_t unwanted_at_front(std::string_view rest) noexcept {
  auto c = static_cast<unsigned char>(rest.front());
  if (c < 0x20 || c == 0x7F) return 1;
  // U+0080 to U+009F are control characters too.
  if (c == 0xC2 && rest.size() > 1 && static_cast<unsigned char>(rest[1]) < 0xA0) return 2;
  for (auto mark : unwanted)
    if (rest.starts_with(mark)) return mark.size();
  return 0;
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

/// The front of valid UTF-8, cut between characters.
std::string_view front(std::string_view text, std::size_t most) noexcept {
  if (text.size() <= most) return text;
  while (most > 0 && is_continuation(text[most]))
    --most;
  return text.substr(0, most);
}

} // namespace

std::string clean_file_name(std::string_view name) {
  if (auto separator = name.find_last_of("/\\"); separator != std::string_view::npos)
    name.remove_prefix(separator + 1);
  auto valid = to_valid_utf8(name);
  std::string clean;
  clean.reserve(valid.size());
  for (std::string_view rest = valid; !rest.empty();) {
    if (auto n = unwanted_at_front(rest); n > 0) {
      rest.remove_prefix(n);
    } else {
      clean += rest.front();
      rest.remove_prefix(1);
    }
  }
  clean = std::string{trimmed(clean)};
  if (clean.empty() || clean == "." || clean == "..") return "file";
  if (clean.size() <= max_file_name_bytes) return clean;
  auto dot = clean.rfind('.');
  std::string_view extension;
  if (dot != std::string::npos && dot > 0 && clean.size() - dot <= max_extension_bytes + 1)
    extension = std::string_view{clean}.substr(dot);
  auto stem = front(std::string_view{clean}.substr(0, clean.size() - extension.size()),
                    max_file_name_bytes - extension.size());
  return std::string{stem} + std::string{extension};
}

std::string file_extension(std::string_view name) {
  auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || name.size() - dot - 1 > max_extension_bytes) return {};
  std::string extension{name.substr(dot + 1)};
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return extension;
}

} // namespace weixin::webwx
