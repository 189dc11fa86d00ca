#pragma once

#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/message_content.hpp"
#include "protocol/webwx/utf8.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace weixin::webwx {

// What the readers of single kinds share. Internal to protocol/.

/// One entry of AddMsgList on its way to become a `message`.
struct message_entry {
  const boost::json::object& fields;
  std::string_view content; ///< without the group's prefix, still encoded
  std::string_view xml;     ///< `content` decoded as XML (weixin-protocol.md 7.3)
  std::string_view from;
  std::string_view self;
  int msg_type = 0;
  int app_msg_type = 0;
};

/// A content and whether something that should be XML could not be read: what is known without it is there.
struct entry_content {
  message_content what;
  bool is_broken = false;
};

inline constexpr std::size_t longest_name = 1024;
inline constexpr std::size_t longest_url = 4096;
inline constexpr std::size_t longest_text = 16 * 1024;

inline std::string bounded_field(const boost::json::object& fields, std::string_view key, std::size_t max) {
  return clipped(text_field(fields, key), max);
}

/// Content as XML: spans that are emoji, line breaks and entities once. What already is XML keeps its
/// entities, or a title with "&lt;" would break it.
std::string content_xml(std::string_view content);

/// The place before the path of a location's picture when `content` is `<place>:<br/><path>`; npos otherwise.
/// A place in Latin letters looks like a group's prefix.
std::size_t place_length(std::string_view content) noexcept;

entry_content read_image(const message_entry& e);
entry_content read_voice(const message_entry& e);
entry_content read_video(const message_entry& e);
entry_content read_emoticon(const message_entry& e);
entry_content read_location(const message_entry& e);
entry_content read_card(const message_entry& e);
entry_content read_friend_request(const message_entry& e);
entry_content read_possible_friend(const message_entry& e);
entry_content read_call(const message_entry& e);
/// MsgType 49.
entry_content read_app(const message_entry& e);
/// MsgType 10002.
entry_content read_sysmsg(const message_entry& e);

} // namespace weixin::webwx
