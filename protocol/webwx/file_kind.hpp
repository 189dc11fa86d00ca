#pragma once

#include <cstdint>
#include <string_view>

namespace weixin::webwx {

/// What a file is by its first bytes; names and Content-Types lie (weixin-protocol.md 1.3, 8).
enum class file_kind : std::uint8_t {
  unknown,
  jpeg,
  png,
  gif,
  webp,
  bmp,
  mp3,
  amr,
  silk, ///< Weixin's own form of voice
  ogg,
  wav,
  mp4,
  pdf,
  zip, ///< also office documents and applications
  gzip,
  rar,
  seven_zip,
};

/// The first 32 bytes are enough.
file_kind file_kind_of(std::string_view first_bytes) noexcept;
/// "jpg", "png" and so on; empty for unknown.
std::string_view extension_of(file_kind k) noexcept;
/// "application/octet-stream" for unknown.
std::string_view mime_type_of(file_kind k) noexcept;

} // namespace weixin::webwx
