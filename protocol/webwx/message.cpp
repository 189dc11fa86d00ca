#include "protocol/webwx/message.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/names.hpp"
#include "protocol/webwx/text.hpp"
#include "protocol/webwx/xml.hpp"

#include <algorithm>
#include <array>

namespace weixin::webwx {

namespace {

constexpr std::string_view what = "webwxsync";
constexpr std::int64_t last_second = 253'402'300'799; // 9999-12-31T23:59:59Z
constexpr std::size_t max_msg_id_digits = 20;
constexpr std::size_t max_status_notify_user_names = 1000;

// MsgType (weixin-protocol.md 7.5)
constexpr int type_text = 1;
constexpr int type_image = 3;
constexpr int type_status_notify = 51;
constexpr int type_system = 10000;
constexpr int sub_type_location = 48;
constexpr int app_type_red_packet = 2001;

bool is_msg_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= max_msg_id_digits && text != "0" &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The same number stands in both; one of them may be missing.
std::string msg_id_of(const boost::json::object& entry) {
  for (auto key : {"MsgId", "NewMsgId"})
    if (auto id = text_field(entry, key); is_msg_id(id)) return id;
  return {};
}

/// MsgType 1 also carries locations, news and red packets.
bool is_plain_text(const message& m, const boost::json::object& entry, std::string_view content) {
  bool is_location =
      m.sub_msg_type == sub_type_location ||
      (!text_field(entry, "Url").empty() && content.find("pictype=location") != std::string_view::npos);
  return !is_location && m.from != "newsapp" && m.app_msg_type != app_type_red_packet;
}

message_kind kind_of(const message& m, const boost::json::object& entry, std::string_view content) {
  switch (m.msg_type) {
  case type_text:
    return is_plain_text(m, entry, content) ? message_kind::text : message_kind::unsupported;
  case type_image:
    return message_kind::image;
  case type_status_notify:
    return message_kind::status_notify;
  case type_system:
    return message_kind::system;
  default:
    return message_kind::unsupported;
  }
}

void read_status_notify(message& m, const boost::json::object& entry, std::string_view content) {
  m.status_notify_code = int_field(entry, "StatusNotifyCode").value_or(0);
  m.status_notify_user_names =
      split_names(text_field(entry, "StatusNotifyUserName"), max_status_notify_user_names);
  if (m.status_notify_user_names.empty()) return;
  // The first <username> is the list; those of single chats come after it.
  auto lists = xml_texts(decode_xml(content), {"username"}, what);
  if (!lists || !lists->front()) return;
  auto ids = split_names(*lists->front(), max_status_notify_user_names);
  if (ids.size() == m.status_notify_user_names.size()) m.real_ids = std::move(ids);
}

/// Direction and chat (weixin-protocol.md 7.2).
void tell_parties(message& m, std::string_view self) {
  bool from_group = is_group_user_name(m.from);
  bool to_group = is_group_user_name(m.to);
  m.is_group = from_group || to_group;
  // Only the account itself writes to a group; what others write there comes from the group.
  m.is_own = m.from.empty() || m.from == self || (to_group && !from_group);
  if (from_group)
    m.peer = m.from;
  else
    m.peer = m.is_own ? m.to : m.from;
  if (m.is_own)
    m.sender = m.from.empty() ? std::string{self} : m.from;
  else if (!m.is_group)
    m.sender = m.from;
}

} // namespace

std::string_view to_string(message_kind kind) noexcept {
  constexpr auto names =
      std::to_array<std::string_view>({"text", "image", "system", "status_notify", "unsupported"});
  return names[static_cast<std::size_t>(kind)];
}

result<message> read_message(const boost::json::object& o, std::string_view self) {
  message m;
  m.msg_id = msg_id_of(o);
  m.from = text_field(o, "FromUserName");
  m.to = text_field(o, "ToUserName");
  if (m.msg_id.empty()) return answer_error(errc::malformed_answer, what, "a message without MsgId");
  if (m.from.empty() && m.to.empty())
    return answer_error(errc::malformed_answer, what, "a message without parties");
  auto time = int64_field(o, "CreateTime").value_or(0);
  m.create_time = time >= 0 && time <= last_second ? time : 0;
  m.msg_type = int_field(o, "MsgType").value_or(0);
  m.sub_msg_type = int_field(o, "SubMsgType").value_or(0);
  m.app_msg_type = int_field(o, "AppMsgType").value_or(0);
  tell_parties(m, self);

  auto whole = text_field(o, "Content");
  std::string_view content = whole;
  // What the account itself wrote to a group comes without a prefix, and so do notices.
  if (is_group_user_name(m.from) && m.msg_type != type_system) {
    auto [sender, rest] = split_group_prefix(content);
    if (!sender.empty()) {
      m.sender = std::string{sender};
      content = rest;
    }
  }
  m.kind = kind_of(m, o, content);
  if (m.kind == message_kind::text || m.kind == message_kind::system) m.text = decode_text(content);
  if (m.kind == message_kind::status_notify) read_status_notify(m, o, content);
  return m;
}

bool mentions(std::string_view text, std::string_view name) noexcept {
  constexpr std::string_view four_per_em_space = "\xE2\x80\x85"; // U+2005, which phones put behind a mention
  constexpr std::string_view white_space = " \t\r\n";
  if (name.empty()) return false;
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    auto rest = text.substr(at + 1);
    if (!rest.starts_with(name)) continue;
    rest.remove_prefix(name.size());
    if (rest.empty() || white_space.find(rest.front()) != std::string_view::npos ||
        rest.starts_with(four_per_em_space))
      return true;
  }
  return false;
}

} // namespace weixin::webwx
