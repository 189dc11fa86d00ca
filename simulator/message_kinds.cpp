#include "simulator/message_kinds.hpp"

#include "simulator/contact_changes.hpp"
#include "simulator/kind_maker.hpp"
#include "simulator/media_bytes.hpp"
#include "simulator/wire_text.hpp"
#include "simulator/xml_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

message_content notice(std::string text) {
  auto c = plain(10'000, std::move(text));
  c.has_speaker = false;
  return c;
}

// Texts and places.

result<message_content> make_text(const making& m) { return plain(1, m.wanted.text); }

std::string place_xml(std::string_view place) {
  auto name = xml_escape(place);
  return to_wire_xml("<?xml version=\"1.0\"?>\n<msg>\n\t<location x=\"31.230000\" y=\"121.473000\" "
                     "scale=\"16\" label=\"" +
                     name + "\" maptype=\"0\" poiname=\"" + name + "\" />\n</msg>\n");
}

constexpr std::string_view map_url = "http://apis.map.qq.com/uri/v1/geocoder?coord=31.230000,121.473000";

result<message_content> make_location(const making& m) {
  auto place = m.title("人民广场");
  // `{msgid}` is known when the message is put in.
  auto c =
      plain(1, to_wire_text(place) + ":<br/>/cgi-bin/mmwebwx-bin/webwxgetpubliclinkimg?url=xxx&msgid={msgid}"
                                     "&pictype=location");
  c.text_is_wire = true;
  c.raw["SubMsgType"] = 48;
  c.raw["Url"] = m.url(map_url);
  c.raw["OriContent"] = place_xml(place);
  auto item = make_item(m, media_kind::picture, "map.jpg", 900);
  c.media_id = item.media_id;
  m.w.media.add(std::move(item));
  return c;
}

/// The rarer form, with a type of its own.
result<message_content> make_location_message(const making& m) {
  auto c = plain(48, place_xml(m.title("人民广场")));
  c.text_is_wire = true;
  c.raw["Url"] = m.url(map_url);
  return c;
}

/// An older form: a link alone.
result<message_content> make_location_link(const making& m) {
  return plain(1, m.url("http://weixin.qq.com/cgi-bin/redirectforward?args=31.230000,121.473000"));
}

result<message_content> make_news(const making& m) { return plain(1, m.text("今日要闻")); }

/// A red packet as text; `red_packet` is the one of an app message.
result<message_content> make_red_packet_text(const making& m) {
  auto c = plain(1, m.text("恭喜发财，大吉大利"));
  c.raw["AppMsgType"] = 2001;
  c.raw["Url"] = m.url("https://pay.example.org/packet?id=1");
  return c;
}

// Media.

result<message_content> make_image(const making& m) {
  return media_message(m, media_kind::picture, m.title("image.jpg"), 4'000);
}
result<message_content> make_voice(const making& m) {
  return media_message(m, media_kind::voice, "voice.mp3", 3'000);
}
result<message_content> make_video(const making& m) {
  return media_message(m, media_kind::video, "video.mp4", 6'000);
}
result<message_content> make_micro_video(const making& m) {
  auto c = make_video(m);
  if (c) c->type = 62;
  return c;
}
result<message_content> make_sticker(const making& m) {
  return media_message(m, media_kind::sticker, "sticker.gif", 2'000);
}
result<message_content> make_shop_sticker(const making& m) {
  // Nothing to see on the web: no Content, and a product id (7.5).
  auto c = make_sticker(m);
  if (!c) return c;
  c->text.clear();
  c->raw["HasProductId"] = 1;
  return c;
}
message_content game(const making& m, std::string name, int type, int outcome) {
  auto item = make_item(m, media_kind::sticker, std::move(name), 2'000);
  auto c = plain(47, "<msg><emoji fromusername=\"" + m.id_of_peer() + "\" type=\"1\" md5=\"" + item.md5 +
                         "\" len=\"" + std::to_string(item.bytes) + "\" aeskey=\"" + item.key +
                         "\" /><gameext type=\"" + std::to_string(type) + "\" content=\"" +
                         std::to_string(outcome) + "\" ></gameext></msg>");
  c.media_id = item.media_id;
  m.w.media.add(std::move(item));
  return c;
}
result<message_content> make_dice(const making& m) {
  return game(m, "dice.gif", 2, std::clamp(m.wanted.code, 1, 6) + 3);
}
result<message_content> make_rock_paper_scissors(const making& m) {
  return game(m, "hand.gif", 1, std::clamp(m.wanted.code, 1, 3));
}

/// What can be fetched as ever, but is told by a name instead of XML (7.3).
result<message_content> make_opaque_media(const making& m) {
  auto type = m.wanted.code == 0 ? 43 : m.wanted.code;
  if (type != 3 && type != 43 && type != 62) return fail(errc::invalid_argument, "code is 3, 43 or 62");
  auto c = type == 3 ? make_image(m) : make_video(m);
  c->type = type;
  c->text = "@" + m.w.secrets.key() + m.w.secrets.key();
  return c;
}

// People.

/// Fills RecommendInfo; the UserName is that of the session which fetches the message.
void recommend(message_content& c, const person& p, peer_ref who, std::string_view words) {
  c.about = who;
  c.raw["RecommendInfo"] = json::object{{"UserName", ""},
                                        {"NickName", to_wire_text(p.nick)},
                                        {"QQNum", 0},
                                        {"Province", ""},
                                        {"City", ""},
                                        {"Content", to_wire_text(words)},
                                        {"Signature", ""},
                                        {"Alias", p.alias},
                                        {"Scene", 17},
                                        {"VerifyFlag", p.kind == person_kind::official ? 24 : 0},
                                        {"AttrStatus", 102'437},
                                        {"Sex", p.sex},
                                        {"Ticket", p.verify_ticket},
                                        {"OpCode", p.verify_ticket.empty() ? 0 : 2}};
}

result<message_content> make_card(const making& m) {
  auto who = somebody(m);
  if (!who) return who.error();
  const auto& p = m.where.user.contacts[*who];
  auto c = plain(42, "<?xml version=\"1.0\"?>\n<msg bigheadimgurl=\"\" smallheadimgurl=\"\" username=\"" +
                         p.id + "\" nickname=\"" + xml_escape(p.nick) + "\" shortpy=\"\" alias=\"" + p.alias +
                         "\" imagestatus=\"3\" scene=\"17\" province=\"\" city=\"\" sign=\"\" sex=\"" +
                         std::to_string(p.sex) + "\" certflag=\"" +
                         (p.kind == person_kind::official ? "24" : "0") +
                         "\" certinfo=\"\" brandIconUrl=\"\" brandHomeUrl=\"\" brandSubscriptConfigUrl=\"\" "
                         "brandFlags=\"0\" regionCode=\"CN\" />\n");
  recommend(c, p, {peer_ref::kind::contact, *who, 0}, {});
  return c;
}

message_content request_of(const person& p, peer_ref who, std::string_view key, std::string_view words) {
  auto c =
      plain(37, "<msg fromusername=\"" + p.id + "\" encryptusername=\"v1_" + std::string{key} +
                    "@stranger\" fromnickname=\"" + xml_escape(p.nick) + "\" content=\"" + xml_escape(words) +
                    "\" shortpy=\"\" imagestatus=\"3\" scene=\"30\" country=\"CN\" province=\"\" "
                    "city=\"\" sign=\"\" percard=\"1\" sex=\"1\" alias=\"\" weibo=\"\" ticket=\"" +
                    p.verify_ticket + "\" opcode=\"2\" ></msg>");
  recommend(c, p, who, words);
  c.raw["Ticket"] = p.verify_ticket;
  c.has_speaker = false;
  return c;
}

result<message_content> make_friend_request(const making& m) {
  auto number = add_stranger(m.w, m.where.user, m.title("新朋友"));
  if (!number) return number.error();
  auto& p = m.where.user.contacts[*number];
  p.verify_ticket = m.w.secrets.verify_ticket();
  return request_of(p, {peer_ref::kind::contact, *number, 0}, m.w.secrets.key(), m.text("你好"));
}

/// The account's own request, which the service tells it of as well (7.5).
result<message_content> make_own_friend_request(const making& m) {
  person self;
  self.id = m.where.user.wxid;
  self.nick = m.where.user.nick;
  self.verify_ticket = m.w.secrets.verify_ticket();
  return request_of(self, {}, m.w.secrets.key(), m.text("你好"));
}

result<message_content> make_recommendation(const making& m) {
  auto number = add_stranger(m.w, m.where.user, m.title("可能认识的人"));
  if (!number) return number.error();
  const auto& p = m.where.user.contacts[*number];
  auto c = plain(40, "<msg username=\"" + p.id + "\" nickname=\"" + xml_escape(p.nick) +
                         "\" scene=\"13\" ></msg>");
  recommend(c, p, {peer_ref::kind::contact, *number, 0}, {});
  c.has_speaker = false;
  return c;
}

// Notices (7.7) and what the phone tells (7.4).

result<message_content> make_notice(const making& m) { return notice(m.text("收到红包，请在手机上查看")); }

result<message_content> make_recall(const making& m) {
  std::uint64_t original = 0;
  const auto& text = m.wanted.original;
  auto read = std::from_chars(text.data(), text.data() + text.size(), original);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size())
    return fail(errc::invalid_argument, "original is the MsgId that is recalled; 0: the last own one");
  auto name = m.title("对方");
  return plain(10'002, "<sysmsg type=\"revokemsg\"><revokemsg><session>" + m.id_of_peer() +
                           "</session><oldmsgid>" + std::to_string(original % 2'000'000'000) +
                           "</oldmsgid><msgid>" + text + "</msgid><newmsgid>" + text +
                           "</newmsgid><replacemsg>" + xml_cdata("\"" + name + "\" 撤回了一条消息") +
                           "</replacemsg></revokemsg></sysmsg>");
}

result<message_content> make_pat(const making& m) {
  auto who = m.id_of_peer();
  auto c =
      plain(10'002, "<sysmsg type=\"pat\"><pat>" + xml_element("fromusername", std::string_view{who}) +
                        xml_element("chatusername", std::string_view{who}) +
                        xml_element("pattedusername", std::string_view{m.where.user.wxid}) + "<template>" +
                        xml_cdata("\"${" + who + "}\" 拍了拍我") + "</template></pat></sysmsg>");
  c.has_speaker = false;
  return c;
}

result<message_content> make_template_notice(const making& m) {
  auto link = [](std::string_view name, std::string_view id, std::string_view nick) {
    return "<link name=\"" + std::string{name} + "\" type=\"link_profile\"><memberlist><member>" +
           xml_element("username", id) + xml_element("nickname", nick) + "</member></memberlist><separator>" +
           xml_cdata("、") + "</separator></link>";
  };
  // Who invited somebody may take it back.
  auto sentence =
      m.where.from_self ? "你邀请\"$names$\"加入了群聊  $revoke$" : "\"$username$\"邀请\"$names$\"加入了群聊";
  auto links = link("names", "wxid_invited", m.text("乙"));
  links += m.where.from_self ? "<link name=\"revoke\" type=\"link_revoke\" hidden=\"1\"><title>" +
                                   xml_cdata("撤销") + "</title></link>"
                             : link("username", m.id_of_peer(), m.title("甲"));
  auto c = plain(10'002, "<sysmsg type=\"sysmsgtemplate\"><sysmsgtemplate><content_template "
                         "type=\"tmpl_type_profilewithrevoke\"><plain></plain><template>" +
                             xml_cdata(sentence) + "</template><link_list>" + links +
                             "</link_list></content_template></sysmsgtemplate></sysmsg>");
  c.has_speaker = false;
  return c;
}

result<message_content> make_todo(const making& m) {
  auto c = plain(10'002, "<sysmsg type=\"roomtoolstips\"><todo><op>0</op>" +
                             xml_element("title", std::string_view{m.title("群待办")}) + "</todo></sysmsg>");
  c.has_speaker = false;
  return c;
}

result<message_content> make_call(const making& m) {
  auto type = m.wanted.code == 0 ? 50 : m.wanted.code;
  if (type != 50 && type != 52 && type != 53) return fail(errc::invalid_argument, "code is 50, 52 or 53");
  return plain(type,
               "<voipinvitemsg><roomid>1</roomid><key>1</key><status>1</status><invitetype>1</invitetype>"
               "</voipinvitemsg>");
}

result<message_content> make_service_notice(const making& m) {
  auto c = plain(9'999, m.text("notice"));
  c.has_speaker = false;
  return c;
}

result<message_content> make_status_notify(const making& m) {
  auto code = m.wanted.code == 0 ? 2 : m.wanted.code;
  if (code != 1 && code != 2 && code != 5) return fail(errc::invalid_argument, "code is 1, 2 or 5");
  auto c = plain(51, {});
  c.about = m.where.peer;
  c.raw["StatusNotifyCode"] = code;
  c.has_speaker = false;
  return c;
}

result<message_content> make_unknown(const making& m) {
  if (m.wanted.code < 1) return fail(errc::invalid_argument, "code is the MsgType");
  return plain(m.wanted.code, m.wanted.text);
}

constexpr std::array own_kinds{
    named_kind{"text", make_text},
    named_kind{"location", make_location},
    named_kind{"location_message", make_location_message},
    named_kind{"location_link", make_location_link},
    named_kind{"news", make_news},
    named_kind{"red_packet_text", make_red_packet_text},
    named_kind{"image", make_image},
    named_kind{"voice", make_voice},
    named_kind{"video", make_video},
    named_kind{"micro_video", make_micro_video},
    named_kind{"sticker", make_sticker},
    named_kind{"shop_sticker", make_shop_sticker},
    named_kind{"dice", make_dice},
    named_kind{"rock_paper_scissors", make_rock_paper_scissors},
    named_kind{"opaque_media", make_opaque_media},
    named_kind{"card", make_card},
    named_kind{"friend_request", make_friend_request},
    named_kind{"own_friend_request", make_own_friend_request},
    named_kind{"recommendation", make_recommendation},
    named_kind{"notice", make_notice},
    named_kind{"recall", make_recall},
    named_kind{"pat", make_pat},
    named_kind{"template_notice", make_template_notice},
    named_kind{"todo", make_todo},
    named_kind{"call", make_call},
    named_kind{"service_notice", make_service_notice},
    named_kind{"status_notify", make_status_notify},
    named_kind{"unknown", make_unknown},
};

/// Every kind, those of apps behind the others.
const std::vector<named_kind>& kinds() {
  static const auto all = [] {
    std::vector<named_kind> both{own_kinds.begin(), own_kinds.end()};
    both.insert(both.end(), app_kinds().begin(), app_kinds().end());
    return both;
  }();
  return all;
}

} // namespace

std::vector<std::string_view> message_kinds() {
  std::vector<std::string_view> names;
  for (const auto& kind : kinds())
    names.push_back(kind.name);
  return names;
}

result<message_content> make_content(world& w, const message_place& where, const kind_details& wanted) {
  auto found = std::find_if(kinds().begin(), kinds().end(),
                            [&](const named_kind& k) { return k.name == wanted.kind; });
  if (found == kinds().end()) return fail(errc::invalid_argument, "no such kind of message");
  if (wanted.bytes > max_media_bytes || wanted.content.size() > max_media_bytes)
    return fail(errc::invalid_argument, "media above 64 MiB");
  auto c = found->make({w, where, wanted});
  if (!c || c->text_is_wire) return c;
  bool is_text = c->type == 1 || c->type == 9'999 || c->type == 10'000;
  c->text = is_text ? to_wire_text(c->text) : to_wire_xml(c->text);
  c->text_is_wire = true;
  return c;
}

message_content content_for(const media_item& item, int seconds) {
  auto length = std::to_string(item.bytes);
  auto keys = "aeskey=\"" + item.key + "\" md5=\"" + item.md5 + "\" length=\"" + length + "\"";
  auto duration = std::to_string(std::max(seconds, 1));
  message_content c;
  c.media_id = item.media_id;
  switch (item.kind) {
  case media_kind::picture:
    c.type = 3;
    c.text =
        "<?xml version=\"1.0\"?>\n<msg>\n\t<img " + keys + " hdlength=\"0\" cdnthumbwidth=\"8\" />\n</msg>\n";
    break;
  case media_kind::sticker:
    c.type = 47;
    c.text = "<msg><emoji fromusername=\"\" type=\"2\" md5=\"" + item.md5 + "\" len=\"" + length +
             "\" aeskey=\"" + item.key + "\" cdnurl=\"\" width=\"1\" height=\"1\" /></msg>";
    break;
  case media_kind::video:
    c.type = 43;
    c.text = "<?xml version=\"1.0\"?>\n<msg>\n\t<videomsg " + keys + " playlength=\"" + duration +
             "\" />\n</msg>\n";
    c.raw["PlayLength"] = std::max(seconds, 1);
    break;
  case media_kind::voice:
    c.type = 34;
    c.text = "<msg><voicemsg endflag=\"1\" length=\"" + length + "\" voicelength=\"" + duration +
             "000\" voiceformat=\"4\" " + "aeskey=\"" + item.key + "\" /></msg>";
    c.raw["VoiceLength"] = std::max(seconds, 1) * 1000;
    break;
  case media_kind::file:
  case media_kind::app: {
    c.type = 49;
    auto dot = item.name.rfind('.');
    auto extension = dot == std::string::npos ? std::string{} : item.name.substr(dot + 1);
    c.text =
        "<?xml version=\"1.0\"?>\n<msg>\n<appmsg appid=\"wxeb7ec651dd0aefa9\" sdkver=\"\">" +
        xml_element("title", std::string_view{item.name}) + "<des></des><action></action><type>6</type>" +
        "<content></content><url></url><lowurl></lowurl><appattach><totallen>" + length +
        "</totallen><attachid>" + item.media_id + "</attachid>" +
        xml_element("fileext", std::string_view{extension}) +
        "</appattach><extinfo></extinfo></appmsg>\n<fromusername></fromusername>\n<scene>0</scene>\n</msg>\n";
    c.raw["AppMsgType"] = 6;
    c.raw["FileName"] = to_wire_text(item.name);
    c.raw["FileSize"] = length;
    c.raw["MediaId"] = item.media_id;
    c.raw["EncryFileName"] = encrypted_name(item.name);
    break;
  }
  }
  return c;
}

} // namespace weixin::simulator
