#pragma once

#include "protocol/result.hpp"
#include "protocol/webwx/message_content.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

/// A received message, decoded. UserNames are those of the session.
struct message {
  std::string msg_id;           ///< decimal, up to 20 digits, unique within an account
  std::int64_t create_time = 0; ///< seconds since the epoch, within 0 and 253402300799
  std::string from;             ///< empty means the account itself
  std::string to;
  std::string peer;   ///< the chat: a contact or a group
  std::string sender; ///< who wrote it: in a group the member, empty for a group's notice
  bool is_group = false;
  bool is_own = false;                           ///< sent by the account itself
  message_kind kind = message_kind::unsupported; ///< of `content`
  message_content content;
  /// Content decoded as XML (weixin-protocol.md 7.3), what a forward is made of; empty for text and notices,
  /// and not XML for whatever Weixin sends as an opaque name.
  std::string xml;
  /// The XML could not be read: `content` is the generic kind, or what is known without it.
  bool is_broken = false;
  int msg_type = 0;
  int sub_msg_type = 0;
  int app_msg_type = 0;
  std::string text; ///< `plain_text` of the content: for a text what was written

  // MsgType 51 (weixin-protocol.md 7.4)
  int status_notify_code = 0;
  std::vector<std::string> status_notify_user_names; ///< at most 1000
  /// The lasting ids (wxid_..., 123@chatroom) of `status_notify_user_names`, in the same order; empty when
  /// the server left them out, as newer ones do, or when the numbers differ.
  std::vector<std::string> real_ids;

  friend bool operator==(const message&, const message&) = default;
};

/// Reads one entry of AddMsgList for the account whose UserName is `self` (weixin-protocol.md 7.1 to 7.7).
/// Fields other than the MsgId that are missing or of a wrong type have their empty value, and a Content that
/// cannot be read is told by `is_broken`: it never costs the message. Error: malformed_answer without a MsgId
/// or without parties.
result<message> read_message(const boost::json::object& o, std::string_view self);

/// True when the text names `name` with an @, followed by U+2005, white space or the end
/// (weixin-protocol.md 7.2). No proof of anything: names repeat.
bool mentions(std::string_view text, std::string_view name) noexcept;

} // namespace weixin::webwx
