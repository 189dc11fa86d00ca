#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/endpoint.hpp"
#include "protocol/webwx/session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

/// What is to be sent, whoever it goes to: which call takes it, and what its Msg holds
/// (weixin-protocol.md 6). Made by the functions below, by `file_message` and by `forward_of`.
struct outgoing {
  endpoint call = endpoint::webwxsendmsg;
  int type = 1;                        ///< Msg.Type
  std::optional<std::string> content;  ///< text or XML, valid UTF-8
  std::optional<std::string> media_id; ///< of an upload; empty for what is forwarded
  std::string emoticon_md5;
  int emoji_flag = 0;
  secret signature;       ///< of webwxcheckupload, for files above 25 MB
  std::string msg_source; ///< the XML that makes mentions real
  int scene = 0;          ///< 2 for what is forwarded
};

/// At most this many members can be mentioned at once.
inline constexpr std::size_t max_mentions = 100;
/// A MediaId has several hundred characters; longer than this is none.
inline constexpr std::size_t max_media_id_bytes = 4096;

/// Emoji as Unicode; bytes that are not UTF-8 become U+FFFD.
outgoing text_message(std::string_view text);

/// "@name" and the space that phones put behind it (weixin-protocol.md 7.2), to be put into a text.
std::string mention_text(std::string_view display_name);

/// A text to `group` that notifies these members; their mentions stand in the text already. Errors:
/// invalid_argument for no member or more than `max_mentions`, for a `group` that is none, and for a UserName
/// with a comma or blank in it, which would name somebody else.
result<outgoing> mention_message(std::string_view text, std::string_view group,
                                 const std::vector<std::string>& members);

/// By the MediaId of an upload. Errors: invalid_argument when it is empty or too long.
result<outgoing> image_message(std::string_view media_id);
result<outgoing> video_message(std::string_view media_id);
result<outgoing> emoticon_message(std::string_view media_id);
/// By the MD5 of a sticker that Weixin knows. Error: invalid_argument when it is not 32 hexadecimal digits.
result<outgoing> emoticon_by_md5(std::string_view md5);

/// The request of any of them. `client_msg_id` is both LocalID and ClientMsgId (weixin-protocol.md 1.2).
http_request make_send(const session& s, const outgoing& what, std::string_view to_user_name,
                       std::string_view client_msg_id);

/// Weixin's MsgID of what `call` sent; otherwise as `parse_send`.
result<std::string> parse_sent(const http_response& r, endpoint call);

} // namespace weixin::webwx
