#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace weixin::webwx {

/// The calls of the protocol that this program makes (weixin-protocol.md 3, 4, 6 and 8).
enum class endpoint {
  jslogin,
  login,
  webwxpushloginurl,
  webwxnewloginpage,
  webwxinit,
  webwxstatusnotify,
  webwxgetcontact,
  webwxbatchgetcontact,
  synccheck,
  webwxsync,
  webwxsendmsg,
  webwxgetmsgimg,
  webwxlogout,
};
inline constexpr int endpoint_count = static_cast<int>(endpoint::webwxlogout) + 1;

/// The name on the wire, also the label of metrics and error contexts. Lives as long as the program.
std::string_view to_string(endpoint e) noexcept;

/// The bounds of one call.
struct endpoint_limits {
  std::chrono::milliseconds
      deadline;               ///< from the start of the call to its last byte (weixin-protocol.md 1.6)
  std::size_t max_body_bytes; ///< after decompression
};
endpoint_limits limits_of(endpoint e) noexcept;

} // namespace weixin::webwx
