#pragma once

#include "protocol/result.hpp"
#include "simulator/media_store.hpp"
#include "simulator/message_draft.hpp"
#include "simulator/world.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::simulator {

/// What a message of a named kind is to hold. Each kind looks at what it needs and makes up the rest; the
/// names and what they look at are in README.md.
struct kind_details {
  std::string kind;
  std::string text;
  std::string title; ///< of links, files and their kin
  std::string url;
  std::string content;   ///< bytes of the media; empty: made up
  std::size_t bytes = 0; ///< of made-up media; 0: a few thousand
  int seconds = 0;       ///< of voices and videos
  int code = 0;          ///< StatusNotifyCode, AppMsgType, MsgType or an outcome, as the kind says
  std::string about;     ///< contact (id, nick or remark) whose card it is, who is quoted, ...
  std::string original;  ///< MsgId that is recalled or quoted
};
inline constexpr std::size_t max_media_bytes = std::size_t{256} * 1024 * 1024;

/// Every kind that there is.
std::vector<std::string_view> message_kinds();

/// What makes a message of that kind.
struct message_content {
  int type = 1;
  std::string text; ///< plain, or for the wire
  bool text_is_wire = false;
  boost::json::object raw;
  std::string media_id; ///< in the world's media store; empty: none
  std::optional<peer_ref> about;
  bool has_speaker = true; ///< in a chatroom it begins with the member's name; notices do not (7.2)
};

/// Where the message is to arrive.
struct message_place {
  phone_user& user;
  peer_ref peer;
  std::optional<std::size_t> speaker;
  bool from_self = false;
};

/// Makes it up, and puts its media into the store. Errors: invalid_argument (no such kind or contact, a
/// number out of range, media above 64 MiB), queue_full (too many contacts).
result<message_content> make_content(world& w, const message_place& where, const kind_details& wanted);

/// The message that shows a media item: 3, 43, 34, 47 or a file of 49.
message_content content_for(const media_item& item, int seconds);

} // namespace weixin::simulator
