#include "protocol/webwx/scan_picture.hpp"

#include "protocol/webwx/file_kind.hpp"

#include <cstdint>

namespace weixin::webwx {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Whole groups of four characters, or a rest with or without its padding.
std::optional<std::string> from_base64(std::string_view text) {
  for (int i = 0; i < 2 && text.ends_with('='); ++i)
    text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t held = 0;
  int bits = 0;
  for (char c : text) {
    auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    held = (held << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> static_cast<unsigned>(bits));
    held &= (1U << static_cast<unsigned>(bits)) - 1U;
  }
  return bytes;
}

bool is_picture(file_kind kind) noexcept {
  return kind == file_kind::jpeg || kind == file_kind::png || kind == file_kind::gif ||
         kind == file_kind::webp;
}

} // namespace

std::optional<scan_picture> read_scan_picture(std::string_view data_url) {
  constexpr std::string_view mark = ";base64,";
  auto begin = data_url.find(mark);
  if (!data_url.starts_with("data:") || begin == std::string_view::npos) return std::nullopt;
  auto encoded = data_url.substr(begin + mark.size());
  if (encoded.size() / 4 * 3 > max_scan_picture_bytes) return std::nullopt;
  auto bytes = from_base64(encoded);
  if (!bytes) return std::nullopt;
  auto kind = file_kind_of(*bytes);
  if (!is_picture(kind)) return std::nullopt;
  return scan_picture{std::string{mime_type_of(kind)}, std::move(*bytes)};
}

} // namespace weixin::webwx
