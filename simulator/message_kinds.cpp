#include "simulator/message_kinds.hpp"

#include "simulator/contact_changes.hpp"
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

/// What the makers of the kinds work with.
struct making {
  world& w;
  const message_place& where;
  const kind_details& wanted;

  std::string id_of_peer() const {
    const auto& user = where.user;
    if (where.from_self) return user.wxid;
    if (where.peer.what == peer_ref::kind::contact) return user.contacts[where.peer.index].id;
    const auto& room = user.chatrooms[where.peer.index];
    return where.speaker ? room.members[*where.speaker].id : room.id;
  }
  std::string title(std::string_view fallback) const {
    return wanted.title.empty() ? w.options.canary + std::string{fallback} : wanted.title;
  }
  std::string url(std::string_view fallback) const {
    return wanted.url.empty() ? std::string{fallback} : wanted.url;
  }
  std::string text(std::string_view fallback) const {
    return wanted.text.empty() ? w.options.canary + std::string{fallback} : wanted.text;
  }
};
using maker = result<message_content> (*)(const making&);

message_content plain(int type, std::string text) {
  message_content c;
  c.type = type;
  c.text = std::move(text);
  return c;
}

message_content notice(std::string text) {
  auto c = plain(10'000, std::move(text));
  c.has_speaker = false;
  return c;
}

media_item make_item(const making& m, media_kind kind, std::string name, std::size_t default_bytes) {
  media_item item;
  item.user = m.where.user.id;
  item.kind = kind;
  item.media_id = m.w.secrets.media_id();
  item.name = std::move(name);
  item.key = m.w.secrets.key();
  item.seed = m.w.secrets.number();
  if (!m.wanted.content.empty()) {
    item.content = std::make_shared<const std::string>(m.wanted.content);
    item.bytes = item.content->size();
  } else {
    item.bytes = m.wanted.bytes != 0 ? m.wanted.bytes : default_bytes;
  }
  // The XML tells the MD5, and forwarding a sticker names it by that (6.3).
  constexpr std::size_t quickly_hashed = std::size_t{8} * 1024 * 1024;
  if (item.bytes <= quickly_hashed) item.md5 = md5_hex(content_of(item));
  return item;
}

result<message_content> media_message(const making& m, media_kind kind, std::string name, std::size_t bytes) {
  auto item = make_item(m, kind, std::move(name), bytes);
  auto c = content_for(item, m.wanted.seconds);
  m.w.media.add(std::move(item));
  return c;
}

// Texts and places.

result<message_content> make_text(const making& m) { return plain(1, m.wanted.text); }

result<message_content> make_location(const making& m) {
  auto place = m.title("人民广场");
  // `{msgid}` is known when the message is put in.
  auto c =
      plain(1, to_wire_text(place) + ":<br/>/cgi-bin/mmwebwx-bin/webwxgetpubliclinkimg?url=xxx&msgid={msgid}"
                                     "&pictype=location");
  c.text_is_wire = true;
  c.raw["SubMsgType"] = 48;
  c.raw["Url"] = m.url("http://apis.map.qq.com/uri/v1/geocoder?coord=31.230000,121.473000");
  c.raw["OriContent"] =
      to_wire_xml("<?xml version=\"1.0\"?>\n<msg>\n\t<location x=\"31.230000\" y=\"121.473000\" "
                  "scale=\"16\" label=\"" +
                  xml_escape(place) + "\" maptype=\"0\" poiname=\"" + xml_escape(place) + "\" />\n</msg>\n");
  auto item = make_item(m, media_kind::picture, "map.jpg", 900);
  c.media_id = item.media_id;
  m.w.media.add(std::move(item));
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
result<message_content> make_dice(const making& m) {
  auto item = make_item(m, media_kind::sticker, "dice.gif", 2'000);
  auto points = std::clamp(m.wanted.code, 1, 6);
  auto c = plain(47, "<msg><emoji fromusername=\"" + m.id_of_peer() + "\" type=\"1\" md5=\"" + item.md5 +
                         "\" len=\"" + std::to_string(item.bytes) + "\" aeskey=\"" + item.key +
                         "\" /><gameext type=\"2\" content=\"" + std::to_string(points + 3) +
                         "\" ></gameext></msg>");
  c.media_id = item.media_id;
  m.w.media.add(std::move(item));
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

result<std::size_t> somebody(const making& m) {
  auto found =
      m.wanted.about.empty() ? first_friend(m.where.user) : find_contact(m.where.user, m.wanted.about);
  if (!found) return fail(errc::invalid_argument, "about is no contact of the user");
  return *found;
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

result<message_content> make_friend_request(const making& m) {
  auto number = add_stranger(m.w, m.where.user, m.title("新朋友"));
  if (!number) return number.error();
  auto& p = m.where.user.contacts[*number];
  p.verify_ticket = m.w.secrets.verify_ticket();
  auto words = m.text("你好");
  auto c =
      plain(37, "<msg fromusername=\"" + p.id + "\" encryptusername=\"v1_" + m.w.secrets.key() +
                    "@stranger\" fromnickname=\"" + xml_escape(p.nick) + "\" content=\"" + xml_escape(words) +
                    "\" shortpy=\"\" imagestatus=\"3\" scene=\"30\" country=\"CN\" province=\"\" city=\"\" "
                    "sign=\"\" percard=\"1\" sex=\"1\" alias=\"\" weibo=\"\" ticket=\"" +
                    p.verify_ticket + "\" opcode=\"2\" ></msg>");
  recommend(c, p, {peer_ref::kind::contact, *number, 0}, words);
  c.raw["Ticket"] = p.verify_ticket;
  c.has_speaker = false;
  return c;
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

// App messages (7.6).

message_content app(const making& m, int type, const std::string& title, const std::string& url,
                    const std::string& more) {
  auto c = plain(
      49,
      "<?xml version=\"1.0\"?>\n<msg>\n<appmsg appid=\"\" sdkver=\"0\">\n" + xml_element("title", title) +
          xml_element("des", std::string_view{m.wanted.text}) + "<action>view</action>" +
          xml_element("type", type) + "<showtype>0</showtype><content></content>" +
          xml_element("url", std::string_view{url}) + "<lowurl></lowurl>" + more +
          "<appattach><totallen>0</totallen><attachid></attachid><fileext></fileext></appattach><extinfo></"
          "extinfo></appmsg>\n<fromusername>" +
          m.id_of_peer() +
          "</fromusername>\n<scene>0</scene>\n<appinfo><version>1</version><appname></appname></appinfo>\n"
          "<commenturl></commenturl>\n</msg>\n");
  c.raw["AppMsgType"] = type;
  c.raw["FileName"] = to_wire_text(title);
  c.raw["Url"] = to_wire_text(url);
  // Kept so that a client that forwards it is recognised.
  media_item item;
  item.user = m.where.user.id;
  item.kind = media_kind::app;
  item.media_id = m.w.secrets.media_id();
  item.key = std::to_string(type) + ":" + title;
  m.w.media.add(std::move(item));
  return c;
}

result<message_content> make_file_message(const making& m) {
  return media_message(m, media_kind::file, m.title("报告 1.pdf"), 5'000);
}
result<message_content> make_link(const making& m) {
  return app(m, 5, m.title("一篇文章"), m.url("https://mp.example.org/s/1?a=1&b=2"), {});
}
result<message_content> make_articles(const making& m) {
  std::string items;
  for (std::string_view number : {"1", "2"})
    items += "<item><title>" + xml_cdata(m.title("文章") + std::string{number}) + "</title><url>" +
             xml_cdata("https://mp.example.org/s/" + std::string{number}) + "</url><digest></digest></item>";
  return app(m, 5, m.title("文章") + "1", "https://mp.example.org/s/1",
             "<mmreader><category type=\"0\" count=\"2\"><name></name>" + items + "</category></mmreader>");
}
result<message_content> make_music(const making& m) {
  return app(m, 3, m.title("一首歌"), m.url("https://music.example.org/1"),
             "<dataurl>https://music.example.org/1.mp3</dataurl>");
}
result<message_content> make_mini_program(const making& m) {
  return app(
      m, 33, m.title("小程序"), m.url("https://mp.example.org/waerr"),
      "<sourcedisplayname>小程序</sourcedisplayname><weappinfo><username>gh_sim@app</username>"
      "<appid>wx0000000000000001</appid><pagepath>pages/index.html</pagepath><weappiconurl></weappiconurl>"
      "<shareId>1</shareId></weappinfo>");
}
result<message_content> make_channels(const making& m) {
  return app(m, 51, m.title("当前版本不支持展示该内容，请升级至最新版本。"), {},
             "<finderFeed><objectId>1</objectId><nickname>视频号</nickname><desc>" +
                 xml_escape(m.wanted.text) + "</desc></finderFeed>");
}
result<message_content> make_quote(const making& m) {
  auto who = somebody(m);
  if (!who) return who.error();
  const auto& p = m.where.user.contacts[*who];
  return app(m, 57, m.title("我同意"), {},
             "<refermsg><type>1</type>" + xml_element("svrid", std::string_view{m.wanted.original}) +
                 xml_element("fromusr", std::string_view{p.id}) +
                 xml_element("chatusr", std::string_view{p.id}) +
                 xml_element("displayname", std::string_view{p.nick}) +
                 xml_element("content", std::string_view{m.text("被引用的话")}) + "</refermsg>");
}
result<message_content> make_chat_record(const making& m) {
  return app(
      m, 19, m.title("群聊的聊天记录"), m.url("https://support.example.org/record"),
      "<recorditem>" +
          xml_cdata("<recordinfo><datalist count=\"1\"><dataitem datatype=\"1\"><datadesc>hi</datadesc>"
                    "</dataitem></datalist></recordinfo>") +
          "</recorditem>");
}
result<message_content> make_transfer(const making& m) {
  return app(m, 2000, m.title("微信转账"), {},
             "<wcpayinfo><paysubtype>1</paysubtype><feedesc>" + xml_cdata("￥0.01") + "</feedesc><pay_memo>" +
                 xml_cdata(m.wanted.text) + "</pay_memo></wcpayinfo>");
}
result<message_content> make_live_location(const making& m) {
  return app(m, 17, m.title("我发起了位置共享"), {}, {});
}
result<message_content> make_group_note(const making& m) { return app(m, 53, m.title("群笔记"), {}, {}); }
result<message_content> make_group_invitation(const making& m) {
  // Clients recognise it by its title.
  auto title = m.wanted.title.empty() ? std::string{"邀请你加入群聊"} : m.wanted.title;
  return app(m, 5, title, m.url("https://support.example.org/join?ticket=1"), {});
}
result<message_content> make_app(const making& m) {
  if (m.wanted.code < 1) return fail(errc::invalid_argument, "code is the AppMsgType");
  return app(m, m.wanted.code, m.title("标题"), m.url("https://example.org/"), {});
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
  auto c = plain(
      10'002, "<sysmsg type=\"sysmsgtemplate\"><sysmsgtemplate><content_template "
              "type=\"tmpl_type_profilewithrevoke\"><plain></plain><template>" +
                  xml_cdata("\"$username$\"邀请\"$names$\"加入了群聊") +
                  "</template><link_list><link name=\"username\" type=\"link_profile\"><memberlist><member>" +
                  xml_element("username", std::string_view{m.id_of_peer()}) +
                  xml_element("nickname", std::string_view{m.title("甲")}) +
                  "</member></memberlist></link></link_list></content_template></sysmsgtemplate></sysmsg>");
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

struct named_kind {
  std::string_view name;
  maker make;
};
constexpr std::array kinds{
    named_kind{"text", make_text},
    named_kind{"location", make_location},
    named_kind{"image", make_image},
    named_kind{"voice", make_voice},
    named_kind{"video", make_video},
    named_kind{"micro_video", make_micro_video},
    named_kind{"sticker", make_sticker},
    named_kind{"shop_sticker", make_shop_sticker},
    named_kind{"dice", make_dice},
    named_kind{"card", make_card},
    named_kind{"friend_request", make_friend_request},
    named_kind{"recommendation", make_recommendation},
    named_kind{"file", make_file_message},
    named_kind{"link", make_link},
    named_kind{"articles", make_articles},
    named_kind{"music", make_music},
    named_kind{"mini_program", make_mini_program},
    named_kind{"channels", make_channels},
    named_kind{"quote", make_quote},
    named_kind{"chat_record", make_chat_record},
    named_kind{"transfer", make_transfer},
    named_kind{"live_location", make_live_location},
    named_kind{"group_note", make_group_note},
    named_kind{"group_invitation", make_group_invitation},
    named_kind{"app", make_app},
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

constexpr auto kind_names = [] {
  std::array<std::string_view, kinds.size()> names{};
  for (std::size_t i = 0; i < kinds.size(); ++i)
    names[i] = kinds[i].name;
  return names;
}();

} // namespace

std::span<const std::string_view> message_kinds() { return kind_names; }

result<message_content> make_content(world& w, const message_place& where, const kind_details& wanted) {
  auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const named_kind& k) { return k.name == wanted.kind; });
  if (found == kinds.end()) return fail(errc::invalid_argument, "no such kind of message");
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
