#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weixin::webwx {

/// The calls of the protocol that this program can make (weixin-protocol.md 3 to 8).
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
  qrcode,
  webwxsendmsgimg,
  webwxsendvideomsg,
  webwxsendemoticon,
  webwxsendappmsg,
  webwxrevokemsg,
  webwxcheckupload,
  webwxuploadmedia,
  webwxgetvideo,
  webwxgetvoice,
  webwxgetmedia,
  webwxgeticon,
  webwxgetheadimg,
  webwxgetpubliclinkimg,
  webwxpreview,
  webwxoplog,
  webwxverifyuser,
  webwxsearchcontact,
  webwxcreatechatroom,
  webwxupdatechatroom,
  webwxcheckurl,
  webwxstatreport,
};
inline constexpr int endpoint_count = static_cast<int>(endpoint::webwxstatreport) + 1;

/// The name on the wire, also the label of metrics and error contexts. Lives as long as the program.
std::string_view to_string(endpoint e) noexcept;

/// The bounds of one call.
struct endpoint_limits {
  std::chrono::milliseconds
      deadline;               ///< from the start of the call to its last byte (weixin-protocol.md 1.6)
  std::size_t max_body_bytes; ///< of the answer, after decompression
};
endpoint_limits limits_of(endpoint e) noexcept;

/// Which of a session's hosts answers (weixin-protocol.md 1.1).
enum class host_role : std::uint8_t { entry, login, file, push };

enum class http_method : std::uint8_t { get, post };
/// "GET", "POST".
std::string_view to_string(http_method m) noexcept;

/// What asking twice does, and so when a call may be made again after a failure.
enum class retry_class : std::uint8_t {
  poll,   ///< its loop asks again anyhow
  read,   ///< changes nothing: may be asked again after any failure
  settle, ///< says how something is to be: saying it twice changes nothing more
  effect, ///< people see each: never again once a byte of it may have left
  report, ///< nobody waits for it: never again
};

/// What the protocol says of a call besides its parameters.
struct endpoint_facts {
  host_role role = host_role::entry;
  http_method method = http_method::get;
  retry_class retry = retry_class::read;
};
endpoint_facts facts_of(endpoint e) noexcept;

/// Whether a call that failed may be made again without being asked to; `request_left` is that of the error.
bool may_repeat(endpoint e, bool request_left) noexcept;

} // namespace weixin::webwx
