// Messages of apps: MsgType 49 by AppMsgType (weixin-protocol.md 7.6).
#include "simulator/kind_maker.hpp"
#include "simulator/wire_text.hpp"
#include "simulator/xml_text.hpp"

#include <array>
#include <chrono>
#include <utility>

namespace weixin::simulator {
namespace {

/// `quoted` puts title and description into the XML; without a description it is the text that was asked for.
message_content app(const making& m, int type, const std::string& title, const std::string& url,
                    const std::string& more, std::string_view description = {},
                    std::string (*quoted)(std::string_view) = xml_escape) {
  auto c =
      plain(49, "<?xml version=\"1.0\"?>\n<msg>\n<appmsg appid=\"\" sdkver=\"0\">\n<title>" + quoted(title) +
                    "</title><des>" + quoted(description.empty() ? m.wanted.text : description) +
                    "</des><action>view</action>" + xml_element("type", type) +
                    "<showtype>0</showtype><content></content>" + xml_element("url", std::string_view{url}) +
                    "<lowurl></lowurl>" + more +
                    "<appattach><totallen>0</totallen><attachid></attachid><fileext></fileext>"
                    "</appattach><extinfo></extinfo></appmsg>\n<fromusername>" +
                    m.id_of_peer() +
                    "</fromusername>\n<scene>0</scene>\n<appinfo><version>1</version><appname></appname>"
                    "</appinfo>\n<commenturl></commenturl>\n</msg>\n");
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
result<message_content> make_video_link(const making& m) {
  return app(m, 4, m.title("一段视频"), m.url("https://video.example.org/v/1"), {});
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
  auto type = m.wanted.code == 0 ? 33 : m.wanted.code;
  if (type != 33 && type != 36) return fail(errc::invalid_argument, "code is 33 or 36");
  return app(
      m, type, m.title("小程序"), m.url("https://mp.example.org/waerr"),
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
message_content record(const making& m, int type) {
  return app(
      m, type, m.title("群聊的聊天记录"), m.url("https://support.example.org/record"),
      "<recorditem>" +
          xml_cdata("<recordinfo><datalist count=\"1\"><dataitem datatype=\"1\"><datadesc>hi</datadesc>"
                    "</dataitem></datalist></recordinfo>") +
          "</recorditem>");
}
result<message_content> make_chat_record(const making& m) { return record(m, 19); }
/// The same under the number that some clients saw.
result<message_content> make_merged_record(const making& m) { return record(m, 0); }

// What was paid, as the phones' own clients read it.

std::string pay_element(std::string_view name, std::string_view text) {
  return "<" + std::string{name} + ">" + xml_cdata(text) + "</" + std::string{name} + ">";
}

result<message_content> make_transfer(const making& m) {
  auto step = m.wanted.code == 0 ? 1 : m.wanted.code;
  if (step != 1 && step != 3 && step != 4) return fail(errc::invalid_argument, "code is 1, 3 or 4");
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(m.w.now.wall.time_since_epoch()).count();
  auto number = std::to_string(m.w.secrets.number());
  auto details = "<wcpayinfo>" + xml_element("paysubtype", step) + pay_element("feedesc", "￥0.01") +
                 pay_element("transcationid", "100" + number) + pay_element("transferid", "1000" + number) +
                 pay_element("invalidtime", std::to_string(seconds + 24 * 3600)) +
                 pay_element("begintransfertime", std::to_string(seconds)) +
                 pay_element("effectivedate", "1") + pay_element("pay_memo", m.wanted.text) + "</wcpayinfo>";
  std::string done = step == 1 ? "收到转账" : step == 3 ? "已收款" : "已退还";
  return app(m, 2000, m.title("微信转账"), {}, details, done + "0.01元。如需收钱，请点此升级至最新版本",
             xml_cdata);
}

result<message_content> make_red_packet(const making& m) {
  auto greeting = m.text("恭喜发财，大吉大利");
  auto url = m.url("https://pay.example.org/packet?id=1&sign=2");
  auto details = "<wcpayinfo><templateid></templateid>" + pay_element("url", url) +
                 pay_element("iconurl", "https://pay.example.org/icon.png") +
                 pay_element("receivertitle", greeting) + pay_element("sendertitle", greeting) +
                 pay_element("scenetext", "微信红包") + pay_element("senderdes", "查看红包") +
                 pay_element("receiverdes", "领取红包") + xml_element("sceneid", 1002) +
                 xml_element("innertype", 0) + "</wcpayinfo>";
  return app(m, 2001, m.title("微信红包"), url, details, "我给你发了一个红包，赶紧去拆!", xml_cdata);
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

constexpr std::array kinds{
    named_kind{"file", make_file_message},
    named_kind{"link", make_link},
    named_kind{"video_link", make_video_link},
    named_kind{"articles", make_articles},
    named_kind{"music", make_music},
    named_kind{"mini_program", make_mini_program},
    named_kind{"channels", make_channels},
    named_kind{"quote", make_quote},
    named_kind{"chat_record", make_chat_record},
    named_kind{"merged_record", make_merged_record},
    named_kind{"transfer", make_transfer},
    named_kind{"red_packet", make_red_packet},
    named_kind{"live_location", make_live_location},
    named_kind{"group_note", make_group_note},
    named_kind{"group_invitation", make_group_invitation},
    named_kind{"app", make_app},
};

} // namespace

std::span<const named_kind> app_kinds() { return kinds; }

} // namespace weixin::simulator
