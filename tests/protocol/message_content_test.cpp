// One test for each row of weixin-protocol.md 7.5. Rows with tables of their own: app_content_test.cpp,
// notice_test.cpp, sysmsg_content_test.cpp.
#include "protocol/webwx/message_content.hpp"
#include "tests/protocol/entries.hpp"

#include <set>
#include <utility>

namespace weixin::webwx {
namespace {

using namespace std::chrono_literals;

boost::json::object person() {
  return {{"UserName", cedar},
          {"NickName", "雪松<span class=\"emoji emoji1f332\"></span>&amp;Co"},
          {"Province", "Synth"},
          {"City", "Town"},
          {"Content", "你好 &lt;1&gt;"},
          {"Signature", "sign"},
          {"Alias", "cedar-1"},
          {"Scene", 14},
          {"VerifyFlag", 0},
          {"Sex", 2},
          {"Ticket", "v2_0123@stranger"},
          {"OpCode", 2}};
}

TEST(MsgType1, IsText) { EXPECT_EQ(whole<content::text>(received(1, "a &lt;b&gt;<br/>c")).body, "a <b>\nc"); }

TEST(MsgType1, WithSubMsgType48IsALocation) {
  auto m = received(
      1,
      "Synthetic Road 1:<br/>/cgi-bin/mmwebwx-bin/webwxgetpubliclinkimg?url=xxx&amp;"
      "msgid=4330000000000000100&amp;pictype=location",
      {{"SubMsgType", 48},
       {"Url", "http://apis.map.qq.com/uri/v1/geocoder?coord=31.230000,-121.470000"},
       {"OriContent", on_the_wire("<?xml version=\"1.0\"?>\n<msg>\n\t<location x=\"1\" y=\"2\" "
                                  "scale=\"16\" label=\"Synth Town\" poiname=\"[位置]\" />\n</msg>")}});
  auto c = whole<content::location>(m);
  EXPECT_EQ(c.place, "Synthetic Road 1");
  EXPECT_EQ(c.label, "Synth Town");
  EXPECT_EQ(c.latitude, 31.23);
  EXPECT_EQ(c.longitude, -121.47);
  EXPECT_EQ(c.url, "http://apis.map.qq.com/uri/v1/geocoder?coord=31.230000,-121.470000");
  EXPECT_EQ(c.map_path,
            "/cgi-bin/mmwebwx-bin/webwxgetpubliclinkimg?url=xxx&msgid=4330000000000000100&pictype=location");
  EXPECT_EQ(m.text, "[Location] Synthetic Road 1");
}

TEST(MsgType1, WithAPictureOfAPlaceIsALocation) {
  auto m = received(1, "合成路:<br/>/cgi-bin/mmwebwx-bin/webwxgetpubliclinkimg?url=xxx&pictype=location",
                    {{"Url", "http://apis.map.qq.com/uri/v1/geocoder?coord=1,2"}});
  EXPECT_EQ(whole<content::location>(m).place, "合成路");
}

TEST(MsgType1, InItsOldestFormOfALocationIsALink) {
  auto c = whole<content::location>(
      received(1, "http://weixin.qq.com/cgi-bin/redirectforward?args=s&amp;x=1<br/>"));
  EXPECT_EQ(c.url, "http://weixin.qq.com/cgi-bin/redirectforward?args=s&x=1");
  EXPECT_FALSE(c.latitude);
}

TEST(MsgType1, OfALocationInAGroupNamesTheMemberAndThePlace) {
  std::string path = "/cgi-bin/mmwebwx-bin/webwxgetpubliclinkimg?url=xxx&pictype=location";
  auto m = received(group_entry(1, birch + ":<br/>Cafe:<br/>" + path, {{"SubMsgType", 48}}));
  EXPECT_EQ(m.sender, birch);
  EXPECT_EQ(whole<content::location>(m).place, "Cafe");
  m = received(group_entry(1, "Cafe:<br/>" + path, {{"SubMsgType", 48}}));
  EXPECT_EQ(m.sender, "") << "a place in Latin letters is no member";
  EXPECT_EQ(whole<content::location>(m).place, "Cafe");
  m = received(group_entry(1, birch + ":<br/>" + path));
  EXPECT_EQ(m.sender, birch) << "who types such a path does not lose their name by it";
}

TEST(MsgType1, FromTheNewsIsNews) {
  auto m = received(1, "today", {{"FromUserName", "newsapp"}});
  EXPECT_EQ(whole<content::news>(m).body, "today");
  EXPECT_EQ(m.text, "today");
}

TEST(MsgType1, WithAppMsgType2001IsARedPacket) {
  auto m = received(1, "Good luck", {{"AppMsgType", 2001}});
  EXPECT_EQ(whole<content::red_packet>(m).greeting, "Good luck");
  EXPECT_EQ(m.text, "[Red packet] Good luck");
}

TEST(MsgType3, IsAnImage) {
  auto m = received(3,
                    on_the_wire("<?xml version=\"1.0\"?>\n<msg>\n\t<img hdlength=\"0\" length=\"6503\" "
                                "md5 = '0123456789abcdef0123456789abcdef' cdnbigimgurl=\"\" />\n</msg>"),
                    {{"ImgWidth", 90}, {"ImgHeight", 120}});
  auto c = whole<content::image>(m);
  EXPECT_EQ(c.width, 90);
  EXPECT_EQ(c.height, 120);
  EXPECT_EQ(c.bytes, 6503);
  EXPECT_EQ(c.md5, "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(m.text, "[Image]");
}

TEST(MsgType34, IsAVoice) {
  auto m = received(34,
                    on_the_wire("<msg><voicemsg endflag=\"1\" length=\"4711\" voicelength=\"2900\" "
                                "voiceformat=\"4\" /></msg>"),
                    {{"VoiceLength", 2861}});
  auto c = whole<content::voice>(m);
  EXPECT_EQ(c.duration, 2861ms);
  EXPECT_EQ(c.bytes, 4711);
  EXPECT_EQ(c.format, 4);
  EXPECT_EQ(m.text, "[Voice 3 s]");
  EXPECT_EQ(whole<content::voice>(received(34, on_the_wire("<msg><voicemsg voicelength=\"2900\"/></msg>")))
                .duration,
            2900ms);
}

TEST(MsgType37, IsAFriendRequest) {
  auto m = received(37,
                    on_the_wire("<msg fromusername=\"wxid_synthetic7\" bigheadimgurl=\"http://x.example/0\" "
                                "scene=\"14\" ticket=\"v2_other\" opcode=\"2\"/>"),
                    {{"FromUserName", "fmessage"}, {"RecommendInfo", person()}});
  auto c = whole<content::friend_request>(m);
  EXPECT_EQ(c.who.user_name, cedar);
  EXPECT_EQ(c.who.nick_name, "雪松🌲&Co");
  EXPECT_EQ(c.who.alias, "cedar-1");
  EXPECT_EQ(c.who.sex, 2);
  EXPECT_EQ(c.who.scene, 14);
  EXPECT_EQ(c.who.image_url, "http://x.example/0");
  EXPECT_EQ(c.greeting, "你好 <1>");
  EXPECT_EQ(c.ticket.reveal(), "v2_0123@stranger");
  EXPECT_EQ(c.opcode, 2);
  EXPECT_FALSE(c.is_own);
  EXPECT_EQ(m.text, "[Friend request] 雪松🌲&Co: 你好 <1>");
}

TEST(MsgType37, IsReadFromItsXmlWhenRecommendInfoIsMissing) {
  auto m = received(37, on_the_wire("<msg fromusername=\"wxid_synthetic7\" encryptusername=\"v1_x@stranger\" "
                                    "fromnickname=\"Cedar\" content=\"hello\" alias=\"\" sex=\"1\" "
                                    "ticket='v2_x@stranger' opcode=\"2\"/>"));
  auto c = whole<content::friend_request>(m);
  EXPECT_EQ(c.who.user_name, "wxid_synthetic7");
  EXPECT_EQ(c.who.nick_name, "Cedar");
  EXPECT_EQ(c.greeting, "hello");
  EXPECT_EQ(c.ticket.reveal(), "v2_x@stranger");
}

TEST(MsgType37, KnowsWhatTheAccountAskedItself) {
  auto own = person();
  own["UserName"] = self_name;
  EXPECT_TRUE(whole<content::friend_request>(received(37, "", {{"RecommendInfo", own}})).is_own);
}

TEST(MsgType40, IsAPossibleFriend) {
  auto m = received(40, "", {{"RecommendInfo", person()}});
  EXPECT_EQ(whole<content::possible_friend>(m).who.user_name, cedar);
  EXPECT_EQ(m.text, "[Possible friend] 雪松🌲&Co");
}

TEST(MsgType42, IsAContactCard) {
  auto m = received(42,
                    on_the_wire("<?xml version=\"1.0\"?>\n<msg username=\"v1_0123@stranger\" nickname=\"x\" "
                                "bigheadimgurl=\"http://x.example/0\" certflag=\"24\" brandFlags=\"0\" />\n"),
                    {{"RecommendInfo", person()}});
  auto c = whole<content::card>(m);
  EXPECT_EQ(c.who.user_name, cedar);
  EXPECT_EQ(c.who.verify_flag, 24) << "what RecommendInfo lacks comes from the XML";
  EXPECT_EQ(c.who.image_url, "http://x.example/0");
  EXPECT_EQ(m.text, "[Contact card] 雪松🌲&Co");
}

TEST(MsgType43, IsAVideo) {
  auto m = received(43,
                    on_the_wire("<msg><videomsg length=\"1048576\" playlength=\"9\" cdnthumbwidth=\"135\" "
                                "cdnthumbheight=\"240\" md5=\"aa\" /></msg>"),
                    {{"PlayLength", 10}});
  auto c = whole<content::video>(m);
  EXPECT_EQ(c.duration, 10s);
  EXPECT_EQ(c.bytes, 1048576);
  EXPECT_EQ(c.width, 135);
  EXPECT_EQ(c.height, 240);
  EXPECT_FALSE(c.is_micro);
  EXPECT_EQ(m.text, "[Video 10 s]");
}

TEST(MsgType43, MayHoldAnOpaqueNameInsteadOfXml) {
  auto m = received(43, "@0123456789abcdef0123456789abcdef", {{"PlayLength", 4}});
  EXPECT_EQ(whole<content::video>(m).duration, 4s);
  EXPECT_EQ(m.xml, "@0123456789abcdef0123456789abcdef");
}

TEST(MsgType47, IsAnEmoticon) {
  auto m = received(
      47, on_the_wire("<msg><emoji fromusername = \"wxid_synthetic1\" tousername = \"x\" type=\"2\" "
                      "md5 = \"fedcba9876543210fedcba9876543210\" len = \"20480\" "
                      "cdnurl = \"http://x.example/e?a=1&amp;b=2\" encrypturl='http://x.example/c' "
                      "aeskey=\"00ff\" thumburl=\"http://x.example/t\" width=\"240\" height=\"120\"/>"
                      "</msg>"));
  auto c = whole<content::emoticon>(m);
  EXPECT_EQ(c.md5, "fedcba9876543210fedcba9876543210");
  EXPECT_EQ(c.cdn_url, "http://x.example/e?a=1&b=2");
  EXPECT_EQ(c.encrypted_url, "http://x.example/c");
  EXPECT_EQ(c.aes_key, "00ff");
  EXPECT_EQ(c.thumb_url, "http://x.example/t");
  EXPECT_EQ(c.bytes, 20480);
  EXPECT_EQ(c.width, 240);
  EXPECT_EQ(c.height, 120);
  EXPECT_FALSE(c.is_from_shop);
  EXPECT_EQ(c.played, content::emoticon::game::none);
  EXPECT_EQ(m.text, "[Emoticon]");
}

TEST(MsgType47, MayBeDice) {
  auto m =
      received(47, on_the_wire("<msg><emoji md5=\"d\"/><gameext type=\"2\" content=\"9\" ></gameext></msg>"));
  EXPECT_EQ(whole<content::emoticon>(m).played, content::emoticon::game::dice);
  EXPECT_EQ(whole<content::emoticon>(m).game_result, 9);
  EXPECT_EQ(m.text, "[Dice: 6]");
}

TEST(MsgType47, MayBeRockPaperScissors) {
  auto m = received(47, on_the_wire("<msg><emoji md5=\"d\"/><gameext type=\"1\" content=\"2\"/></msg>"));
  EXPECT_EQ(whole<content::emoticon>(m).played, content::emoticon::game::rock_paper_scissors);
  EXPECT_EQ(m.text, "[Rock paper scissors: rock]");
}

TEST(MsgType47, OfAGameWithAnUnknownResultIsTheGameAlone) {
  for (auto result : {"0", "99", "-1", "x", "99999999999999999999"}) {
    auto text = [&](const char* type) {
      return received(47, on_the_wire("<msg><emoji/><gameext type=\"" + std::string{type} + "\" content=\"" +
                                      result + "\"/></msg>"))
          .text;
    };
    EXPECT_EQ(text("2"), "[Dice]") << result;
    EXPECT_EQ(text("1"), "[Rock paper scissors]") << result;
    EXPECT_EQ(text("3"), "[Emoticon]") << result;
  }
}

TEST(MsgType47, OfTheShopIsNotViewable) {
  EXPECT_TRUE(whole<content::emoticon>(received(47, "")).is_from_shop);
  EXPECT_TRUE(
      whole<content::emoticon>(received(47, on_the_wire("<msg><emoji/></msg>"), {{"HasProductId", 1}}))
          .is_from_shop);
}

TEST(MsgType48, IsALocation) {
  auto m =
      received(48, on_the_wire("<msg><location x=\"-33.5\" y=\"151.25\" scale=\"16\" label=\"Synth Town\" "
                               "maptype=\"roadmap\" poiname=\"Opera\"/></msg>"));
  auto c = whole<content::location>(m);
  EXPECT_EQ(c.latitude, -33.5);
  EXPECT_EQ(c.longitude, 151.25);
  EXPECT_EQ(c.place, "Opera");
  EXPECT_EQ(c.label, "Synth Town");
  EXPECT_EQ(m.text, "[Location] Opera");
}

TEST(MsgType48, KeepsCoordinatesWithinTheEarth) {
  for (auto [x, y] : std::initializer_list<std::pair<const char*, const char*>>{{"91", "0"},
                                                                                {"0", "181"},
                                                                                {"nan", "0"},
                                                                                {"inf", "0"},
                                                                                {"1e3", "0"},
                                                                                {"", "0"},
                                                                                {"1", ""},
                                                                                {"--1", "0"}}) {
    auto m = received(48, on_the_wire("<msg><location x=\"" + std::string{x} + "\" y=\"" + y + "\"/></msg>"));
    EXPECT_FALSE(whole<content::location>(m).latitude) << x << " " << y;
    EXPECT_FALSE(whole<content::location>(m).longitude);
  }
}

TEST(MsgType49, IsAnApp) { EXPECT_EQ(app_message(4711, "<title>x</title>").kind, message_kind::app); }

TEST(MsgType50, IsACall) {
  auto m = received(
      50, on_the_wire("<voipmsg type=\"VoIPBubbleMsg\"><VoIPBubbleMsg><msg><![CDATA[通话时长 02:23]]>"
                      "</msg><room_type>1</room_type></VoIPBubbleMsg></voipmsg>"));
  EXPECT_EQ(whole<content::call>(m).what, content::call::step::message);
  EXPECT_EQ(whole<content::call>(m).status, "通话时长 02:23");
  EXPECT_EQ(m.text, "[Call] 通话时长 02:23");
}

TEST(MsgType51, IsAStatusNotification) {
  auto m = received(51, "", {{"StatusNotifyCode", 2}});
  EXPECT_EQ(whole<content::status_notify>(m).code, 2);
  EXPECT_EQ(m.text, "");
}

TEST(MsgType52, IsACallBeingTold) {
  EXPECT_EQ(whole<content::call>(received(52, "")).what, content::call::step::notify);
}

TEST(MsgType53, IsACallInvitation) {
  auto m = received(53, on_the_wire("<voipinvitemsg><roomid>1</roomid><key>2</key></voipinvitemsg>"));
  EXPECT_EQ(whole<content::call>(m).what, content::call::step::invite);
  EXPECT_EQ(m.text, "[Call]");
}

TEST(MsgType62, IsAMicroVideo) {
  auto m = received(62, on_the_wire("<msg><videomsg playlength=\"6\"/></msg>"));
  EXPECT_TRUE(whole<content::video>(m).is_micro);
  EXPECT_EQ(m.text, "[Video 6 s]");
}

TEST(MsgType9999, IsASystemNotice) {
  EXPECT_EQ(whole<content::notice>(received(9999, "maintenance")).text, "maintenance");
}

TEST(MsgType10000, IsASystemNotice) {
  auto m = received(10000, "收到红包，请在手机上查看");
  EXPECT_EQ(m.kind, message_kind::system);
  EXPECT_EQ(whole<content::notice>(m).event, content::notice_event::red_packet);
}

TEST(MsgType10002, IsASysmsg) {
  EXPECT_EQ(received(10002, on_the_wire("<sysmsg type=\"revokemsg\"><revokemsg/></sysmsg>")).kind,
            message_kind::recalled);
}

TEST(OldMsgTypes, StayAsTheyAre) {
  for (int type : {2, 11, 12, 13, 35, 36, 38, 39, 44, 0, -1, 2147483647}) {
    auto m = received(type, on_the_wire("<a>x</a>"));
    EXPECT_EQ(m.kind, message_kind::unsupported) << type;
    EXPECT_FALSE(m.is_broken);
    EXPECT_EQ(m.text, "");
    EXPECT_EQ(m.xml, "<a>x</a>") << "their raw form is kept";
  }
}

TEST(MessageKinds, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < message_kind_count; ++i)
    names.insert(to_string(static_cast<message_kind>(i)));
  EXPECT_EQ(names.size(), message_kind_count);
  EXPECT_TRUE(names.contains("text") && names.contains("group_invitation") && names.contains("unsupported"));
}

} // namespace
} // namespace weixin::webwx
