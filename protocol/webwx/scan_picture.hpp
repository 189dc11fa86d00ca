#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::webwx {

/// The picture of whoever scanned a QR code.
struct scan_picture {
  std::string mime; ///< "image/jpeg", "image/png", "image/gif" or "image/webp", by the first bytes
  std::string bytes;
};

inline constexpr std::size_t max_scan_picture_bytes = std::size_t{128} * 1024;

/// Takes the data URL of a login poll (`login_poll::avatar`, weixin-protocol.md 3.3) apart. Nothing for what
/// is not base64, above `max_scan_picture_bytes`, or no picture by its first bytes; what the URL says of its
/// type is not looked at.
std::optional<scan_picture> read_scan_picture(std::string_view data_url);

} // namespace weixin::webwx
