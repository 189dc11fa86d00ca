#include "protocol/webwx/message.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/message_entry.hpp"
#include "protocol/webwx/names.hpp"
#include "protocol/webwx/notice.hpp"
#include "protocol/webwx/plain_text.hpp"
#include "protocol/webwx/text.hpp"
#include "protocol/webwx/xml.hpp"

#include <algorithm>

namespace weixin::webwx {

namespace {

constexpr std::string_view what = "webwxsync";
constexpr std::int64_t last_second = 253'402'300'799; // 9999-12-31T23:59:59Z
constexpr std::size_t max_msg_id_digits = 20;
constexpr std::size_t max_status_notify_user_names = 1000;
constexpr std::size_t most_content = std::size_t{2} * 1024 * 1024;

// MsgType (weixin-protocol.md 7.5)
enum msg_type : int {
  type_text = 1,
  type_image = 3,
  type_voice = 34,
  type_friend_request = 37,
  type_possible_friend = 40,
  type_card = 42,
  type_video = 43,
  type_emoticon = 47,
  type_location = 48,
  type_app = 49,
  type_call = 50,
  type_status_notify = 51,
  type_call_notify = 52,
  type_call_invite = 53,
  type_micro_video = 62,
  type_system_notice = 9999,
  type_system = 10000,
  type_sysmsg = 10002,
};
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
bool is_location(const message& m, const message_entry& e) {
  return m.sub_msg_type == sub_type_location ||
         (!text_field(e.fields, "Url").empty() &&
          e.content.find("pictype=location") != std::string_view::npos) ||
         e.content.starts_with("http://weixin.qq.com/cgi-bin/redirectforward?args=");
}

message_content read_text(const message& m, const message_entry& e) {
  auto body = decode_text(e.content);
  if (m.from == "newsapp") return content::news{std::move(body)};
  if (m.app_msg_type == app_type_red_packet)
    return content::red_packet{clipped(body, longest_text), bounded_field(e.fields, "Url", longest_url)};
  return content::text{std::move(body)};
}

entry_content read_content(const message& m, const message_entry& e) {
  switch (m.msg_type) {
  case type_text:
    if (is_location(m, e)) return read_location(e);
    return {read_text(m, e)};
  case type_image:
    return read_image(e);
  case type_voice:
    return read_voice(e);
  case type_friend_request:
    return read_friend_request(e);
  case type_possible_friend:
    return read_possible_friend(e);
  case type_card:
    return read_card(e);
  case type_video:
  case type_micro_video:
    return read_video(e);
  case type_emoticon:
    return read_emoticon(e);
  case type_location:
    return read_location(e);
  case type_app:
    return read_app(e);
  case type_call:
  case type_call_notify:
  case type_call_invite:
    return read_call(e);
  case type_status_notify:
    return {content::status_notify{int_field(e.fields, "StatusNotifyCode").value_or(0)}};
  case type_system:
  case type_system_notice:
    return {read_notice(decode_text(e.content))};
  case type_sysmsg:
    return read_sysmsg(e);
  default:
    return {content::unsupported{}};
  }
}

bool is_xml_type(int type) noexcept {
  return type != type_text && type != type_system && type != type_system_notice && type != type_status_notify;
}

/// Takes a group's prefix off `content` and notes the sender. What the account itself wrote to a group comes
/// without one, and so do notices (weixin-protocol.md 7.2).
void take_group_prefix(message& m, std::string_view& content) {
  if (!is_group_user_name(m.from) || m.msg_type == type_system || m.msg_type == type_system_notice) return;
  auto [sender, rest] = split_group_prefix(content);
  // A location whose place is in Latin letters, from a group, without its sender.
  bool is_place = !sender.starts_with('@') && place_length(content) == sender.size();
  if (sender.empty() || is_place) return;
  m.sender = std::string{sender};
  content = rest;
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

std::string content_xml(std::string_view content) {
  content = content.substr(0, most_content); // more is too large for an XML tree in any case
  auto without_emoji = decode_emoji(content);
  std::string_view text = without_emoji;
  auto first_escaped = text.find("&lt;");
  for (auto at = text.find('<'); at < first_escaped; at = text.find('<', at + 1)) {
    auto rest = text.substr(at + 1);
    if (rest.starts_with("br/>") || rest.starts_with("br>") || rest.starts_with("br />")) continue;
    return without_breaks(text); // it is XML already
  }
  return decode_xml(text);
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
  take_group_prefix(m, content);
  if (is_xml_type(m.msg_type)) m.xml = content_xml(content);
  auto read = read_content(m, {o, content, m.xml, m.from, self, m.msg_type, m.app_msg_type});
  m.content = std::move(read.what);
  m.is_broken = read.is_broken;
  m.kind = kind_of(m.content);
  m.text = plain_text(m.content);
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
