#include "protocol/webwx/forward.hpp"
#include "tests/protocol/request_case.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace weixin::webwx {
namespace {

/// An entry of AddMsgList from a friend.
std::string entry(int type, std::string_view content, boost::json::object more = {}) {
  boost::json::object o{{"MsgId", "4330000000000000020"},
                        {"FromUserName", alder},
                        {"ToUserName", self_name},
                        {"MsgType", type},
                        {"Content", content}};
  for (auto& member : more)
    o[member.key()] = member.value();
  return boost::json::serialize(o);
}

std::string refusal(const std::string& raw) {
  auto what = forward_of(raw);
  return what ? "taken" : to_string(what.error());
}

const std::string escaped_image = "&lt;?xml version=\"1.0\"?&gt;<br/>&lt;msg&gt;<br/>\t&lt;img length=\"9\" "
                                  "aeskey=\"00\" /&gt;<br/>&lt;/msg&gt;<br/>";

TEST(Forward, SendsATextOnAsPeopleReadIt) {
  auto what = forward_of(entry(1, "a &lt;b&gt; <span class=\"emoji emoji1f604\"></span><br/>c"));
  ASSERT_TRUE(what);
  EXPECT_EQ(what->call, endpoint::webwxsendmsg);
  EXPECT_EQ(what->type, 1);
  EXPECT_EQ(what->content, "a <b> 😄\nc");
  EXPECT_EQ(what->media_id, "");
  EXPECT_EQ(what->scene, 2);
}

TEST(Forward, LeavesOutWhoWroteItInAGroup) {
  auto what = forward_of(entry(1, birch + ":<br/>看这里:<br/>第二行", {{"FromUserName", elms}}));
  EXPECT_EQ(what->content, "看这里:\n第二行");
}

TEST(Forward, SendsALocationAsItsXml) {
  boost::json::object location{{"SubMsgType", 48},
                               {"OriContent", "<msg><location x=\"1.5\" label=\"a&amp;b\"/></msg>"}};
  auto what = forward_of(entry(1, "某地:<br/>/cgi-bin/x?pictype=location", location));
  ASSERT_TRUE(what);
  EXPECT_EQ(what->call, endpoint::webwxsendmsg);
  EXPECT_EQ(what->type, 48);
  EXPECT_EQ(what->content, "<msg><location x=\"1.5\" label=\"a&amp;b\"/></msg>");
  EXPECT_EQ(forward_of(entry(48, "&lt;msg/&gt;"))->content, "<msg/>");
  EXPECT_EQ(forward_of(entry(48, "text", location))->type, 48);
}

TEST(Forward, UndoesTheEscapingOfXmlOnce) {
  auto what = forward_of(entry(48, "&lt;msg label=&quot;a &amp;amp; b&quot;/&gt;<br/>"));
  EXPECT_EQ(what->content, "<msg label=\"a &amp; b\"/>");
  EXPECT_EQ(forward_of(entry(48, "<br/>&lt;msg/&gt;"))->content, "<msg/>");
}

TEST(Forward, RefusesNews) {
  EXPECT_EQ(refusal(entry(1, "x", {{"FromUserName", "newsapp"}})), "invalid_argument: forward: news");
}

TEST(Forward, SendsAPictureByTheXmlItCameWith) {
  auto what = forward_of(entry(3, escaped_image));
  ASSERT_TRUE(what);
  EXPECT_EQ(what->call, endpoint::webwxsendmsgimg);
  EXPECT_EQ(what->type, 3);
  EXPECT_EQ(what->content, "<?xml version=\"1.0\"?><msg>\t<img length=\"9\" aeskey=\"00\" /></msg>");
  EXPECT_EQ(what->media_id, "");
}

TEST(Forward, SendsVideosOfBothKinds) {
  EXPECT_EQ(forward_of(entry(43, "&lt;msg/&gt;"))->type, 43);
  EXPECT_EQ(forward_of(entry(62, "&lt;msg/&gt;"))->type, 62);
  EXPECT_EQ(forward_of(entry(62, "&lt;msg/&gt;"))->call, endpoint::webwxsendvideomsg);
  // Not always XML.
  EXPECT_EQ(forward_of(entry(43, "@00ff00ff"))->content, "@00ff00ff");
}

TEST(Forward, SendsAStickerByItsMd5) {
  for (auto attribute : {"md5=\"00112233445566778899aabbccddeeff\"",
                         "androidmd5=\"x\" md5 = \"00112233445566778899aabbccddeeff\"",
                         "md5\t=  '00112233445566778899aabbccddeeff'"}) {
    auto what = forward_of(
        entry(47, "&lt;msg&gt;&lt;emoji " + std::string{attribute} + " len=\"9\"/&gt;&lt;/msg&gt;"));
    ASSERT_TRUE(what) << attribute;
    EXPECT_EQ(what->call, endpoint::webwxsendemoticon);
    EXPECT_EQ(what->emoticon_md5, "00112233445566778899aabbccddeeff");
    EXPECT_EQ(what->emoji_flag, 2);
  }
}

TEST(Forward, RefusesStickersOfTheShop) {
  auto xml = "&lt;emoji md5=\"00112233445566778899aabbccddeeff\"/&gt;";
  EXPECT_EQ(refusal(entry(47, xml, {{"HasProductId", 1}})),
            "invalid_argument: forward: a sticker of the shop");
  EXPECT_EQ(refusal(entry(47, "")), "invalid_argument: forward: no MD5");
  EXPECT_EQ(refusal(entry(47, "&lt;emoji md5=\"short\"/&gt;")), "invalid_argument: forward: no MD5");
}

TEST(Forward, SendsAFileByTheMediaIdItCameWith) {
  auto what = forward_of(entry(
      49,
      "&lt;msg&gt;<br/>&lt;appmsg appid=\"x\" sdkver=\"0\"&gt;&lt;title&gt;a.pdf&lt;/title&gt;&lt;type&gt;6"
      "&lt;/type&gt;&lt;appattach&gt;&lt;totallen&gt;9&lt;/totallen&gt;&lt;attachid&gt;@old&lt;/attachid&gt;"
      "&lt;/appattach&gt;&lt;/appmsg&gt;&lt;fromusername&gt;x&lt;/fromusername&gt;&lt;/msg&gt;",
      {{"AppMsgType", 6}, {"MediaId", "@crypt_new&1"}}));
  ASSERT_TRUE(what);
  EXPECT_EQ(what->call, endpoint::webwxsendappmsg);
  EXPECT_EQ(what->type, 6);
  EXPECT_EQ(what->content,
            "<appmsg appid=\"x\" sdkver=\"0\"><title>a.pdf</title><type>6</type><appattach>"
            "<totallen>9</totallen><attachid>@crypt_new&amp;1</attachid></appattach></appmsg>");
}

TEST(Forward, IsNotLedAstrayByAFilesTitle) {
  auto what = forward_of(
      entry(49,
            "<msg><appmsg><title><![CDATA[</appmsg><attachid>@theirs</attachid>]]></title><!-- <attachid> -->"
            "<appattach><attachid/></appattach></appmsg></msg>",
            {{"AppMsgType", 6}, {"MediaId", "@mine"}}));
  ASSERT_TRUE(what);
  EXPECT_EQ(what->content,
            "<appmsg><title><![CDATA[</appmsg><attachid>@theirs</attachid>]]></title><!-- <attachid> -->"
            "<appattach><attachid>@mine</attachid></appattach></appmsg>");
}

TEST(Forward, RefusesAFileThatLacksAPart) {
  boost::json::object file{{"AppMsgType", 6}, {"MediaId", "@m"}};
  for (auto xml : {"", "<msg/>", "<appmsg>", "<appmsg><attachid>x</appmsg>", "<appmsg><attachid", "<![CDATA[",
                   "<!--", "<appmsg><appattach></appattach></appmsg>"})
    EXPECT_EQ(refusal(entry(49, xml, file)), "invalid_argument: forward: no attachment") << xml;
  EXPECT_EQ(refusal(entry(49, "<appmsg><attachid/></appmsg>", {{"AppMsgType", 6}})),
            "invalid_argument: forward: no MediaId");
}

TEST(Forward, SendsOtherAppMessagesUnderTheirOwnType) {
  auto what = forward_of(entry(49, "&lt;msg&gt;link&lt;/msg&gt;", {{"AppMsgType", 5}}));
  ASSERT_TRUE(what);
  EXPECT_EQ(what->type, 5);
  EXPECT_EQ(what->content, "<msg>link</msg>");
  boost::json::object original{{"AppMsgType", 33}, {"OriContent", "<msg>original</msg>"}};
  EXPECT_EQ(forward_of(entry(49, "x", original))->content, "<msg>original</msg>");
}

TEST(Forward, RefusesMoney) {
  EXPECT_EQ(refusal(entry(49, "x", {{"AppMsgType", 2000}})), "invalid_argument: forward: money");
  EXPECT_EQ(refusal(entry(49, "x", {{"AppMsgType", 2001}})), "invalid_argument: forward: money");
  EXPECT_EQ(refusal(entry(1, "x", {{"AppMsgType", 2001}})), "invalid_argument: forward: money");
}

TEST(Forward, RefusesWhatTheWebCannotSend) {
  for (int type : {0, 34, 37, 40, 42, 50, 51, 52, 53, 9999, 10000, 10002, -1})
    EXPECT_EQ(refusal(entry(type, "x")), "invalid_argument: forward: this kind of message") << type;
}

TEST(Forward, RefusesWhatHasNoContent) {
  for (int type : {1, 3, 43, 48, 62})
    EXPECT_EQ(refusal(entry(type, "")), "invalid_argument: forward: no content") << type;
  EXPECT_EQ(refusal(entry(49, "", {{"AppMsgType", 5}})), "invalid_argument: forward: no content");
  EXPECT_EQ(refusal(entry(49, "x")), "invalid_argument: forward: no AppMsgType");
  EXPECT_EQ(refusal(entry(1, "x", {{"SubMsgType", 48}})), "invalid_argument: forward: no OriContent");
}

TEST(Forward, RefusesWhatIsTooLarge) {
  EXPECT_EQ(refusal(entry(1, std::string(max_forwarded_bytes + 1, 'a'))),
            "invalid_argument: forward: too large");
}

TEST(Forward, RefusesWhatIsNoMessage) {
  for (auto raw : {"", "[]", "{", "null", "{\"MsgType\":\"x\"}"})
    EXPECT_FALSE(forward_of(raw)) << raw;
  EXPECT_EQ(refusal("[]"), "malformed_answer: forward: no message");
}

TEST(Forward, BecomesARequestOfItsOwnScene) {
  auto r = make_send(sample_session(), *forward_of(entry(3, escaped_image)), birch, "17");
  EXPECT_NE(r.target.find("webwxsendmsgimg?fun=async&f=json&"), std::string::npos);
  EXPECT_NE(r.body.find(R"("MediaId":""},"Scene":2)"), std::string::npos);
}

} // namespace
} // namespace weixin::webwx
