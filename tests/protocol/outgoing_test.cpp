#include "protocol/webwx/appmsg.hpp"
#include "protocol/webwx/init.hpp"
#include "protocol/webwx/outgoing.hpp"
#include "protocol/webwx/recall.hpp"
#include "protocol/webwx/send.hpp"
#include "protocol/webwx/xml.hpp"
#include "tests/protocol/request_case.hpp"

#include <limits>

namespace weixin::webwx {
namespace {

const std::string id = "15462112987390001";
const std::string media_id = "@crypt_5e17_0001";

struct SendRequest : request_case {
  std::string parties(std::string_view to) const {
    return R"("FromUserName":")" + self_name + R"(","ToUserName":")" + std::string{to} + R"(","LocalID":")" +
           id + R"(","ClientMsgId":")" + id + '"';
  }
};

TEST_F(SendRequest, OfATextIsTheSameFromBothBuilders) {
  auto a = make_send(s, text_message("你好 <x>&"), alder, id);
  auto b = make_send_text(s, alder, "你好 <x>&", id);
  EXPECT_EQ(a.target, b.target);
  EXPECT_EQ(a.body, b.body);
}

TEST_F(SendRequest, WithMentionsNamesTheMembersAndTheGroup) {
  auto what = mention_message(mention_text("小白 & 小桦") + "看", elms, {birch, alder});
  ASSERT_TRUE(what);
  auto r = make_send(s, *what, elms, id);
  EXPECT_EQ(r.target, path + "webwxsendmsg?" + common);
  expect_json_post(r, R"(,"Msg":{"Type":1,"Content":"@小白 & 小桦)"
                      "\xE2\x80\x85"
                      R"(看",)" +
                          parties(elms) + R"(,"MsgSource":"<msgsource><atusername>)" + birch + "," + alder +
                          "</atusername><atchatroomname>" + elms +
                          R"(</atchatroomname></msgsource>"},"Scene":0)");
}

TEST_F(SendRequest, OfAnImageNamesItsUpload) {
  auto r = make_send(s, *image_message(media_id), alder, id);
  EXPECT_EQ(r.target, path + "webwxsendmsgimg?fun=async&f=json&" + common);
  expect_json_post(r, R"(,"Msg":{"Type":3,"Content":"",)" + parties(alder) +
                          R"(,"MediaId":"@crypt_5e17_0001"},"Scene":0)");
}

TEST_F(SendRequest, OfAVideoNamesItsUpload) {
  auto r = make_send(s, *video_message(media_id), alder, id);
  EXPECT_EQ(r.target, path + "webwxsendvideomsg?fun=async&f=json&" + common);
  expect_json_post(r, R"(,"Msg":{"Type":43,"Content":"",)" + parties(alder) +
                          R"(,"MediaId":"@crypt_5e17_0001"},"Scene":0)");
}

TEST_F(SendRequest, OfAnEmoticonNamesItsUpload) {
  auto r = make_send(s, *emoticon_message(media_id), alder, id);
  EXPECT_EQ(r.target, path + "webwxsendemoticon?fun=sys&" + common);
  expect_json_post(r, R"(,"Msg":{"Type":47,)" + parties(alder) +
                          R"(,"MediaId":"@crypt_5e17_0001","EmojiFlag":2},"Scene":0)");
}

TEST_F(SendRequest, OfAKnownEmoticonNamesItsMd5) {
  auto r = make_send(s, *emoticon_by_md5("00112233445566778899aabbccddeeff"), alder, id);
  EXPECT_EQ(r.target, path + "webwxsendemoticon?fun=sys&" + common);
  expect_json_post(r, R"(,"Msg":{"Type":47,)" + parties(alder) +
                          R"(,"EmojiFlag":2,"EMoticonMd5":"00112233445566778899aabbccddeeff"},"Scene":0)");
}

TEST_F(SendRequest, OfAFileCarriesTheAppMessageAndTheSignature) {
  auto r = make_send(s, *file_message({"报告.pdf", 40000, media_id, secret{"sig"}}, s.mode), alder, id);
  EXPECT_EQ(r.target, path + "webwxsendappmsg?fun=async&f=json&" + common);
  expect_json_post(
      r,
      R"(,"Msg":{"Type":6,"Content":"<appmsg appid=\"wxeb7ec651dd0aefa9\" sdkver=\"\"><title>报告.pdf</title>)"
      R"(<des></des><action></action><type>6</type><content></content><url></url><lowurl></lowurl><appattach>)"
      R"(<totallen>40000</totallen><attachid>@crypt_5e17_0001</attachid><fileext>pdf</fileext></appattach>)"
      R"(<extinfo></extinfo></appmsg>",)" +
          parties(alder) + R"(,"Signature":"sig"},"Scene":0)");
}

TEST_F(SendRequest, OfAFileInDesktopModeHasNoAppId) {
  auto desktop = s;
  desktop.mode = login_mode::desktop;
  auto r = make_send(desktop, *file_message({"a.zip", 1, media_id, {}}, desktop.mode), alder, id);
  EXPECT_EQ(query_value(r, "mod"), "desktop");
  EXPECT_NE(r.body.find(R"(<appmsg appid=\"\" sdkver=\"\">)"), std::string::npos);
  EXPECT_EQ(query_value(make_send(desktop, text_message("a"), alder, id), "mod"), "(none)");
}

TEST_F(SendRequest, ThatTakesAMessageBackNamesItTwice) {
  auto r = make_recall(s, "4330000000000000435", alder, id);
  EXPECT_EQ(r.target, path + "webwxrevokemsg?" + common);
  expect_json_post(r, R"(,"SvrMsgId":"4330000000000000435","ToUserName":")" + alder + R"(","ClientMsgId":")" +
                          id + '"');
}

TEST_F(SendRequest, ThatMarksAChatAsReadIsAStatusNotifyToIt) {
  auto r = make_status_notify(s, notify_code::read, elms, ms);
  EXPECT_EQ(r.target, path + "webwxstatusnotify?" + common);
  expect_json_post(r, R"(,"Code":1,"FromUserName":")" + self_name + R"(","ToUserName":")" + elms +
                          R"(","ClientMsgId":1546211298739)");
}

TEST(Mention, IsRefusedWhenItCouldNameSomebodyElse) {
  auto code = [](std::string_view group, std::vector<std::string> members) {
    auto what = mention_message("x", group, members);
    return what ? "taken" : to_string(what.error());
  };
  EXPECT_EQ(code(alder, {birch}), "invalid_argument: mention: not a group");
  EXPECT_EQ(code("@@a,b", {birch}), "invalid_argument: mention: not a group");
  EXPECT_EQ(code(elms, {}), "invalid_argument: mention: nobody or too many");
  EXPECT_EQ(code(elms, std::vector<std::string>(max_mentions + 1, birch)),
            "invalid_argument: mention: nobody or too many");
  EXPECT_EQ(code(elms, {birch, ""}), "invalid_argument: mention: not a UserName");
  EXPECT_EQ(code(elms, {alder + "," + birch}), "invalid_argument: mention: not a UserName");
}

TEST(Mention, CannotAddMarkup) {
  auto what = mention_message("x", "@@a</atchatroomname>", {"@m</atusername><atall/>"});
  ASSERT_TRUE(what);
  EXPECT_EQ(what->msg_source, "<msgsource><atusername>@m&lt;/atusername&gt;&lt;atall/&gt;</atusername>"
                              "<atchatroomname>@@a&lt;/atchatroomname&gt;</atchatroomname></msgsource>");
}

TEST(MediaMessage, NeedsAMediaId) {
  std::string too_long(max_media_id_bytes + 1, 'a');
  for (auto make : {image_message, video_message, emoticon_message}) {
    EXPECT_EQ(make("").error().code, errc::invalid_argument);
    EXPECT_EQ(make(too_long).error().code, errc::invalid_argument);
  }
  EXPECT_FALSE(file_message({"a.pdf", 1, "", {}}, login_mode::web));
  EXPECT_FALSE(file_message({"a.pdf", 1, too_long, {}}, login_mode::web));
  EXPECT_FALSE(file_message({"a.pdf", 0, media_id, {}}, login_mode::web));
}

TEST(EmoticonMd5, IsThirtyTwoHexadecimalDigits) {
  EXPECT_TRUE(emoticon_by_md5("00112233445566778899AABBCCDDEEFF"));
  for (auto md5 : {"", "00112233445566778899aabbccddeef", "00112233445566778899aabbccddeefg",
                   "00112233445566778899aabbccddeeff0", "\"/><x y=\"33445566778899aabbccddee"})
    EXPECT_FALSE(emoticon_by_md5(md5)) << md5;
}

TEST(FileMessage, EscapesItsTitle) {
  auto xml = file_appmsg({"a<b>&\"'.p&f", 7, "@m&<", {}}, login_mode::web);
  EXPECT_NE(xml.find("<title>a&lt;b&gt;&amp;&quot;&#39;.p&amp;f</title>"), std::string::npos);
  EXPECT_NE(xml.find("<attachid>@m&amp;&lt;</attachid>"), std::string::npos);
  EXPECT_NE(xml.find("<fileext>p&amp;f</fileext>"), std::string::npos);
}

TEST(FileMessage, HoldsWhatWasPutInWhateverTheNameIs) {
  for (const std::string& name :
       {std::string{"../../etc/x</title><type>2000</type>.pdf"}, std::string{"a\0b.pdf", 7},
        std::string(300, 'x') + ".pdf", std::string{"\xE2\x80\xAE"} + "fdp.exe", std::string{"a\r\nb: c.pdf"},
        std::string{"\xFF\xFE.pdf"}, std::string{"]]>.pdf"}, std::string{}}) {
    auto xml = file_appmsg({name, 12345678901234567ULL, media_id, {}}, login_mode::web);
    auto read = xml_texts(xml, {"title", "type", "totallen", "attachid"}, "test");
    ASSERT_TRUE(read) << name;
    EXPECT_LE((*read)[0]->size(), 255U);
    EXPECT_EQ((*read)[0]->find_first_of(std::string{"/\\\r\n\0", 5}), std::string::npos);
    EXPECT_EQ(*(*read)[1], "6");
    EXPECT_EQ(*(*read)[2], "12345678901234567");
    EXPECT_EQ(*(*read)[3], media_id);
  }
}

TEST(Sent, IsReadForEveryCallThatSends) {
  for (auto call : {endpoint::webwxsendmsg, endpoint::webwxsendmsgimg, endpoint::webwxsendvideomsg,
                    endpoint::webwxsendemoticon, endpoint::webwxsendappmsg}) {
    EXPECT_EQ(*parse_sent(answer_of("webwxsendmsg.json"), call), "4330000000000000435");
    EXPECT_EQ(parse_sent(answer(with_ret(1205)), call).error().context, to_string(call));
    EXPECT_EQ(parse_sent(answer(with_ret(0, R"(,"MsgID":"")")), call).error().code, errc::malformed_answer);
  }
}

TEST(Recall, IsPossibleForTwoMinutes) {
  EXPECT_TRUE(can_recall(ms, ms));
  EXPECT_TRUE(can_recall(ms, ms + 120'000));
  EXPECT_FALSE(can_recall(ms, ms + 120'001));
  EXPECT_TRUE(can_recall(ms, ms - 5'000'000));
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  constexpr auto greatest = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(can_recall(least, greatest));
  EXPECT_TRUE(can_recall(greatest, least));
}

TEST(Recall, ReportsARefusal) {
  EXPECT_TRUE(parse_recall(answer_of("webwxrevokemsg.json")));
  EXPECT_EQ(to_string(parse_recall(answer(with_ret(1101))).error()), "session_ended 1101: webwxrevokemsg");
}

TEST(XmlEscape, LeavesNothingThatXmlReads) {
  EXPECT_EQ(xml_escape("a<b>&\"'c"), "a&lt;b&gt;&amp;&quot;&#39;c");
  EXPECT_EQ(xml_escape("a\tb\nc"), "a\tb\nc");
}

TEST(XmlEscape, LeavesOutWhatXmlCannotHold) {
  EXPECT_EQ(xml_escape(std::string{"a\0b\x01\x1F\x7F", 6}), "ab\x7F");
  EXPECT_EQ(xml_escape("a\xEF\xBF\xBE\xEF\xBF\xBFz"), "az");
  EXPECT_EQ(xml_escape("a\xFFz"), "a\xEF\xBF\xBDz");
}

} // namespace
} // namespace weixin::webwx
