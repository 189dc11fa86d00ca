#pragma once

#include "protocol/result.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

/// What this version understands of a message (weixin-protocol.md 7.5).
enum class message_kind : std::uint8_t {
  text,          ///< MsgType 1 that is nothing more than text
  image,         ///< MsgType 3
  system,        ///< MsgType 10000
  status_notify, ///< MsgType 51: read marks and conversation lists, never for people or bots
  unsupported,   ///< everything else: its raw form is kept and passed on
};
/// "text", "image", "system", "status_notify", "unsupported".
std::string_view to_string(message_kind k) noexcept;

/// A received message, decoded. UserNames are those of the session.
struct message {
  std::string msg_id;           ///< decimal, up to 20 digits, unique within an account
  std::int64_t create_time = 0; ///< seconds since the epoch, within 0 and 253402300799
  std::string from;             ///< empty means the account itself
  std::string to;
  std::string peer;   ///< the chat: a contact or a group
  std::string sender; ///< who wrote it: in a group the member, empty for a group's notice
  bool is_group = false;
  bool is_own = false; ///< sent by the account itself
  message_kind kind = message_kind::unsupported;
  int msg_type = 0;
  int sub_msg_type = 0;
  int app_msg_type = 0;
  std::string text; ///< decoded, for text and system; empty otherwise

  // MsgType 51 (weixin-protocol.md 7.4)
  int status_notify_code = 0;
  std::vector<std::string> status_notify_user_names; ///< at most 1000
  /// The lasting ids (wxid_..., 123@chatroom) of `status_notify_user_names`, in the same order; empty when
  /// the server left them out, as newer ones do, or when the numbers differ.
  std::vector<std::string> real_ids;

  friend bool operator==(const message&, const message&) = default;
};

/// Reads one entry of AddMsgList for the account whose UserName is `self`. Fields other than the MsgId that
/// are missing or of a wrong type have their empty value. Error: malformed_answer without a MsgId or without
/// parties.
result<message> read_message(const boost::json::object& o, std::string_view self);

/// True when the text names `name` with an @, followed by U+2005, white space or the end
/// (weixin-protocol.md 7.2). No proof of anything: names repeat.
bool mentions(std::string_view text, std::string_view name) noexcept;

} // namespace weixin::webwx
