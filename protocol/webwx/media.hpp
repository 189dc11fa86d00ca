#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/endpoint.hpp"
#include "protocol/webwx/session.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::webwx {

// Requests for media, all of them GET with the session's cookies (weixin-protocol.md 8). Bodies are meant to
// be streamed to a file: see `check_media_bytes`.

enum class image_size {
  original,
  slave, ///< the thumbnail, of pictures and videos
  big,   ///< stickers
};

/// webwxgetmsgimg: the picture of a message, the thumbnail of a video, or a sticker.
http_request make_get_msg_img(const session& s, std::string_view msg_id, image_size size);

/// webwxgetvideo, from byte `from` on. Without a range Weixin answers nothing.
http_request make_get_video(const session& s, std::string_view msg_id, std::uint64_t from = 0);

/// webwxgetvoice: MP3.
http_request make_get_voice(const session& s, std::string_view msg_id, std::uint64_t from = 0);

/// A file that came as a message.
struct received_file {
  std::string sender;          ///< FromUserName
  std::string media_id;        ///< MediaId
  std::string encry_file_name; ///< EncryFileName, as it came: percent-encoded
};
/// webwxgetmedia, from the file host. Error: not_online when the session lacks the cookie webwx_data_ticket;
/// invalid_argument without a MediaId.
result<http_request> make_get_media(const session& s, const received_file& file);

/// Whose picture webwxgeticon is to give.
struct icon_of {
  std::string user_name = {};
  std::string chat_room_id =
      {};                  ///< a member's group: EncryChatRoomId, or the group's UserName; otherwise empty
  std::string msg_id = {}; ///< a stranger's friend request, the MsgId of the 37; otherwise empty
  std::int64_t seq = 0;    ///< of HeadImgUrl, 0 when it is not known
  bool big = false;
};
http_request make_get_icon(const session& s, const icon_of& whose);

/// webwxgetheadimg: a group's picture.
http_request make_get_head_img(const session& s, std::string_view group, std::int64_t seq = 0);

/// webwxgetpubliclinkimg: the map of a location message.
http_request make_get_public_link_img(const session& s, std::string_view msg_id);

/// webwxpreview: a file that this session uploaded.
http_request make_preview(const session& s, std::string_view media_id);

/// Whether an answer of one of these calls can be what was asked for: by its status and, unless it was
/// streamed away, by its body. Content-Type lies and is not asked. Errors: http_status, malformed_answer.
result<void> check_media_answer(const http_response& r, endpoint e, std::string_view file_name = {});

/// The same for the first bytes of a streamed body (64 are enough): with status 200 Weixin also answers
/// nothing, JSON or a page when it has no media. A file of webwxgetmedia or webwxpreview may be a page or
/// JSON itself: it is judged as one only when `file_name` does not say that it is, or when it holds a
/// BaseResponse. Errors: malformed_answer.
result<void> check_media_bytes(std::string_view first_bytes, endpoint e, std::string_view file_name = {});

/// `check_media_answer` and `check_media_bytes` for webwxgetmsgimg.
result<void> check_image_answer(const http_response& r);
result<void> check_image_bytes(std::string_view first_bytes);

} // namespace weixin::webwx
