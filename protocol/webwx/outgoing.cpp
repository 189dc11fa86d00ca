#include "protocol/webwx/outgoing.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/request.hpp"
#include "protocol/webwx/scratch_memory.hpp"
#include "protocol/webwx/xml.hpp"

#include <algorithm>

namespace weixin::webwx {

namespace {

// Msg.Type (weixin-protocol.md 6)
constexpr int type_text = 1;
constexpr int type_image = 3;
constexpr int type_video = 43;
constexpr int type_emoticon = 47;
constexpr int gif = 2; // EmojiFlag

result<outgoing> by_media_id(endpoint call, int type, std::string_view media_id) {
  if (media_id.empty() || media_id.size() > max_media_id_bytes)
    return fail(errc::invalid_argument, "media id: empty or too long");
  outgoing what;
  what.call = call;
  what.type = type;
  what.media_id = to_valid_utf8(media_id);
  return what;
}

bool is_one_name(std::string_view user_name) noexcept {
  return !user_name.empty() && user_name.find_first_of(", \t\r\n") == std::string_view::npos;
}

/// What the endpoints want in the query (weixin-protocol.md 6).
void add_query(target& t, endpoint call, login_mode mode) {
  switch (call) {
  case endpoint::webwxsendmsgimg:
  case endpoint::webwxsendvideomsg:
  case endpoint::webwxsendappmsg:
    t.add("fun", "async").add("f", "json");
    break;
  case endpoint::webwxsendemoticon:
    t.add("fun", "sys");
    break;
  default:
    break;
  }
  if (call == endpoint::webwxsendappmsg && mode == login_mode::desktop) t.add("mod", "desktop");
}

} // namespace

outgoing text_message(std::string_view text) {
  outgoing what;
  what.type = type_text;
  what.content = to_valid_utf8(text);
  return what;
}

std::string mention_text(std::string_view display_name) {
  constexpr std::string_view four_per_em_space = "\xE2\x80\x85"; // U+2005
  return "@" + to_valid_utf8(display_name) + std::string{four_per_em_space};
}

result<outgoing> mention_message(std::string_view text, std::string_view group,
                                 const std::vector<std::string>& members) {
  if (!is_group_user_name(group) || !is_one_name(group))
    return fail(errc::invalid_argument, "mention: not a group");
  if (members.empty() || members.size() > max_mentions)
    return fail(errc::invalid_argument, "mention: nobody or too many");
  std::string names;
  for (const auto& m : members) {
    if (!is_one_name(m)) return fail(errc::invalid_argument, "mention: not a UserName");
    if (!names.empty()) names += ',';
    names += xml_escape(m);
  }
  auto what = text_message(text);
  what.msg_source = "<msgsource><atusername>" + names + "</atusername><atchatroomname>" + xml_escape(group) +
                    "</atchatroomname></msgsource>";
  return what;
}

result<outgoing> image_message(std::string_view media_id) {
  auto what = by_media_id(endpoint::webwxsendmsgimg, type_image, media_id);
  if (what) what->content = "";
  return what;
}

result<outgoing> video_message(std::string_view media_id) {
  auto what = by_media_id(endpoint::webwxsendvideomsg, type_video, media_id);
  if (what) what->content = "";
  return what;
}

result<outgoing> emoticon_message(std::string_view media_id) {
  auto what = by_media_id(endpoint::webwxsendemoticon, type_emoticon, media_id);
  if (what) what->emoji_flag = gif;
  return what;
}

result<outgoing> emoticon_by_md5(std::string_view md5) {
  auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  if (md5.size() != 32 || !std::all_of(md5.begin(), md5.end(), is_hex))
    return fail(errc::invalid_argument, "emoticon: no MD5");
  outgoing what;
  what.call = endpoint::webwxsendemoticon;
  what.type = type_emoticon;
  what.emoji_flag = gif;
  what.emoticon_md5 = std::string{md5};
  return what;
}

http_request make_send(const session& s, const outgoing& what, std::string_view to_user_name,
                       std::string_view client_msg_id) {
  scratch_memory memory;
  boost::json::object msg({{"Type", what.type}}, memory.storage());
  if (what.content) msg["Content"] = *what.content;
  msg["FromUserName"] = s.user_name;
  msg["ToUserName"] = to_user_name;
  msg["LocalID"] = client_msg_id;
  msg["ClientMsgId"] = client_msg_id;
  if (what.media_id) msg["MediaId"] = *what.media_id;
  if (what.emoji_flag != 0) msg["EmojiFlag"] = what.emoji_flag;
  if (!what.emoticon_md5.empty()) msg["EMoticonMd5"] = what.emoticon_md5; // sic
  if (!what.signature.empty()) msg["Signature"] = what.signature.reveal();
  if (!what.msg_source.empty()) msg["MsgSource"] = what.msg_source;
  auto body = body_with_base_request(s, memory.storage());
  body["Msg"] = std::move(msg);
  body["Scene"] = what.scene;
  target t{what.call};
  add_query(t, what.call, s.mode);
  t.add_common(s);
  return make_json_post(s, std::move(t), body);
}

result<std::string> parse_sent(const http_response& answer, endpoint call) {
  auto opened = json_answer::open(answer, call);
  if (!opened) return opened.error();
  auto msg_id = opened->text("MsgID");
  if (msg_id.empty() || msg_id == "0")
    return answer_error(errc::malformed_answer, opened->what(), "no MsgID");
  return msg_id;
}

} // namespace weixin::webwx
