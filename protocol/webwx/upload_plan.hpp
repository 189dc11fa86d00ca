#pragma once

#include "protocol/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::webwx {

/// What an upload is called in the field `mediatype` (weixin-protocol.md 6.1).
enum class upload_type : std::uint8_t {
  picture,  ///< "pic": bmp, png, jpeg, jpg
  video,    ///< "video": mp4
  document, ///< "doc": everything else, GIF as well
};
/// "pic", "video", "doc".
std::string_view to_string(upload_type t) noexcept;
/// By the name's extension.
upload_type upload_type_of(std::string_view file_name);
/// The MIME type of a name's extension; "application/octet-stream" for one that is not known.
std::string_view mime_type_of(std::string_view file_name);

/// The most that is sent, in bytes. The official client enforces that of videos and declares the others.
struct upload_limits {
  std::uint64_t picture = 20ULL * 1024 * 1024;
  std::uint64_t video = 20ULL * 1024 * 1024;
  std::uint64_t document = 50ULL * 1024 * 1024;
};

/// Part of a file, in bytes.
struct file_range {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;

  friend bool operator==(const file_range&, const file_range&) = default;
};

/// Which calls an upload takes: webwxcheckupload if `needs_check`, then one webwxuploadmedia for each chunk,
/// one after the other in the order of their numbers, each after the answer of the one before.
struct upload_plan {
  /// Larger single posts are refused by Weixin with HTTP 502 or Ret 1.
  static constexpr std::uint64_t chunk_bytes = 524'288;
  /// Above this Weixin wants to be asked first; without that it answers HTTP 402.
  static constexpr std::uint64_t check_above_bytes = 25ULL * 1024 * 1024;

  std::string file_name; ///< cleaned
  upload_type type = upload_type::document;
  std::uint64_t bytes = 0;

  bool needs_check() const noexcept { return bytes > check_above_bytes; }
  /// At least 1.
  std::uint64_t chunk_count() const noexcept { return (bytes + chunk_bytes - 1) / chunk_bytes; }
  /// The bytes of chunk `index`, from 0; an empty range behind the last one.
  file_range chunk(std::uint64_t index) const noexcept;
};

/// Errors: invalid_argument for an empty file; body_too_large above the limit of its type.
result<upload_plan> plan_upload(upload_type type, std::string_view file_name, std::uint64_t bytes,
                                const upload_limits& limits = {});
/// The same, of the type that its name says.
result<upload_plan> plan_upload(std::string_view file_name, std::uint64_t bytes,
                                const upload_limits& limits = {});

} // namespace weixin::webwx
