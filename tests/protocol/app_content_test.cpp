// One test for each row of weixin-protocol.md 7.6.
#include "tests/protocol/entries.hpp"

namespace weixin::webwx {
namespace {

constexpr std::string_view record =
    "<recordinfo><title>T</title><datalist count=\"2\"><dataitem datatype=\"1\" dataid=\"a\">"
    "<sourcename>桤</sourcename><sourcetime>2026-01-02 "
    "03:04</sourcetime><datadesc>first</datadesc></dataitem>"
    "<dataitem "
    "datatype=\"8\"><sourcename>Birch</sourcename><datatitle>a.pdf</datatitle></dataitem></datalist>"
    "</recordinfo>";

void expect_the_record(const content::chat_record& c) {
  ASSERT_EQ(c.items.size(), 2U);
  EXPECT_EQ(c.item_count, 2);
  EXPECT_EQ(c.items[0].type, 1);
  EXPECT_EQ(c.items[0].name, "桤");
  EXPECT_EQ(c.items[0].time, "2026-01-02 03:04");
  EXPECT_EQ(c.items[0].text, "first");
  EXPECT_EQ(c.items[1].type, 8);
  EXPECT_EQ(c.items[1].text, "a.pdf");
}

TEST(AppMsgType0, IsAChatRecordWhenItHoldsOne) {
  auto m =
      app_message(0, "<title>Chat</title><recorditem><![CDATA[" + std::string{record} + "]]></recorditem>");
  expect_the_record(whole<content::chat_record>(m));
  EXPECT_EQ(app_message(0, "<title>x</title>").kind, message_kind::app);
}

TEST(AppMsgTypesWithoutATypeOfTheirOwn, AreToldByTheirNumber) {
  for (auto [type, name] : std::initializer_list<std::pair<int, std::string_view>>{{1, "text"},
                                                                                   {2, "image"},
                                                                                   {7, "open"},
                                                                                   {8, "emoji"},
                                                                                   {9, "voice_reminder"},
                                                                                   {10, "scanned_goods"},
                                                                                   {13, "goods"},
                                                                                   {15, "sticker_pack"},
                                                                                   {16, "coupon"},
                                                                                   {53, "group_note"},
                                                                                   {4711, ""}}) {
    auto m = app_message(type, "<title>a &amp; b</title><des>d</des><url>http://x.example/?a=1&amp;b</url>");
    auto c = whole<content::app>(m);
    EXPECT_EQ(c.type, type);
    EXPECT_EQ(content::app_type_name(type), name);
    EXPECT_EQ(c.title, "a & b");
    EXPECT_EQ(c.description, "d");
    EXPECT_EQ(c.source, "Synthetic App");
    EXPECT_EQ(m.text, "[App message] a & b (http://x.example/?a=1&b)");
  }
}

TEST(AppMsgType3, IsMusic) {
  auto m = app_message(3, "<title>Song</title><des>Singer</des><url>http://x.example/p</url>"
                          "<dataurl>http://x.example/s.mp3</dataurl>");
  auto c = whole<content::music>(m);
  EXPECT_EQ(c.title, "Song");
  EXPECT_EQ(c.artist, "Singer");
  EXPECT_EQ(c.url, "http://x.example/p");
  EXPECT_EQ(c.data_url, "http://x.example/s.mp3");
  EXPECT_EQ(m.text, "[Music] Song (Singer)");
}

TEST(AppMsgType4, IsALinkToAVideo) {
  auto m = app_message(4, "<title>Film</title><url>http://x.example/f</url>");
  EXPECT_TRUE(whole<content::link>(m).is_video);
  EXPECT_EQ(m.text, "[Video link] Film (http://x.example/f)");
}

TEST(AppMsgType5, IsALink) {
  auto m =
      app_message(5, "<title><![CDATA[News <b> & more]]></title><des>about</des>"
                     "<url><![CDATA[http://x.example/?a=1&b=2]]></url><thumburl>http://x.example/t</thumburl>"
                     "<sourcedisplayname>Synth Daily</sourcedisplayname>");
  auto c = whole<content::link>(m);
  EXPECT_EQ(c.title, "News <b> & more");
  EXPECT_EQ(c.description, "about");
  EXPECT_EQ(c.url, "http://x.example/?a=1&b=2");
  EXPECT_EQ(c.thumb_url, "http://x.example/t");
  EXPECT_EQ(c.source, "Synth Daily");
  EXPECT_FALSE(c.is_video);
  EXPECT_EQ(m.text, "[Link] News <b> & more (http://x.example/?a=1&b=2)");
}

TEST(AppMsgType6, IsAFile) {
  auto m = app_message(6,
                       "<title>../report &lt;1&gt;.pdf</title><appattach><totallen>12345</totallen>"
                       "<attachid>@crypt_0_1</attachid><fileext>pdf</fileext></appattach>"
                       "<md5>0123456789abcdef0123456789abcdef</md5>",
                       {{"FileName", "report.pdf"},
                        {"FileSize", "99"},
                        {"MediaId", "@crypt_0_2"},
                        {"EncryFileName", "report%2Epdf"}});
  auto c = whole<content::file>(m);
  EXPECT_EQ(c.name, "../report <1>.pdf") << "as the sender called it: data, no path";
  EXPECT_EQ(c.extension, "pdf");
  EXPECT_EQ(c.bytes, 12345);
  EXPECT_EQ(c.md5, "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(c.media_id, "@crypt_0_2");
  EXPECT_EQ(c.encrypted_name, "report%2Epdf");
  EXPECT_EQ(c.attach_id, "@crypt_0_1");
  EXPECT_EQ(m.text, "[File] ../report <1>.pdf (12 KB)");
}

TEST(AppMsgType6, TakesNameAndSizeFromTheMessageWhenTheXmlLacksThem) {
  auto c = whole<content::file>(app_message(6, "", {{"FileName", "a&amp;b.txt"}, {"FileSize", "7"}}));
  EXPECT_EQ(c.name, "a&b.txt");
  EXPECT_EQ(c.bytes, 7);
  EXPECT_EQ(whole<content::file>(app_message(6, "", {{"FileSize", ""}})).bytes, 0);
}

TEST(AppMsgType17, IsTheBeginOfASharedLocation) {
  auto m = app_message(17, "<title>我发起了位置共享</title>");
  EXPECT_TRUE(whole<content::location>(m).is_live);
  EXPECT_EQ(m.text, "[Location sharing began]");
}

TEST(AppMsgType19, IsAChatRecord) {
  auto m = app_message(19, "<title>Record of A and B</title><des>A: first</des><recorditem><![CDATA[" +
                               std::string{record} + "]]></recorditem>");
  auto c = whole<content::chat_record>(m);
  EXPECT_EQ(c.title, "Record of A and B");
  EXPECT_EQ(c.summary, "A: first");
  expect_the_record(c);
  EXPECT_EQ(m.text, "[Chat record] Record of A and B");
}

TEST(AppMsgType19, MayHoldItsRecordAsElements) {
  expect_the_record(
      whole<content::chat_record>(app_message(19, "<recorditem>" + std::string{record} + "</recorditem>")));
}

TEST(AppMsgType19, KeepsAHundredItems) {
  std::string items;
  for (int i = 0; i < 500; ++i)
    items += "<dataitem datatype=\"1\"/>";
  auto c = whole<content::chat_record>(app_message(19, "<recorditem><recordinfo><datalist>" + items +
                                                           "</datalist></recordinfo></recorditem>"));
  EXPECT_EQ(c.items.size(), 100U);
}

TEST(AppMsgType33, IsAMiniProgram) {
  for (int type : {33, 36}) {
    auto m = app_message(type,
                         "<title>Order</title><sourcedisplayname>Synth Shop</sourcedisplayname>"
                         "<url>http://x.example/old</url><weappinfo><username>gh_0123@app</username>"
                         "<appid>wx0123</appid><pagepath><![CDATA[p/i.html?x=1&y=2]]></pagepath>"
                         "<weappiconurl>http://x.example/i</weappiconurl><shareId>0_w</shareId></weappinfo>");
    auto c = whole<content::mini_program>(m);
    EXPECT_EQ(c.title, "Order");
    EXPECT_EQ(c.name, "Synth Shop");
    EXPECT_EQ(c.user_name, "gh_0123@app");
    EXPECT_EQ(c.app_id, "wx0123");
    EXPECT_EQ(c.page_path, "p/i.html?x=1&y=2");
    EXPECT_EQ(c.icon_url, "http://x.example/i");
    EXPECT_EQ(c.url, "http://x.example/old");
    EXPECT_EQ(m.text, "[Mini program] Order (Synth Shop)");
  }
}

TEST(AppMsgType51, IsAPostOfChannels) {
  auto m = app_message(
      51, "<title>not shown on this client</title><finderFeed><objectId>14012345678901234567</objectId>"
          "<nickname>Maker</nickname><desc>A day</desc><mediaCount>2</mediaCount><mediaList>"
          "<media><url>http://x.example/v</url><thumbUrl>http://x.example/t</thumbUrl></media>"
          "</mediaList></finderFeed>");
  auto c = whole<content::channels>(m);
  EXPECT_EQ(c.author, "Maker");
  EXPECT_EQ(c.description, "A day");
  EXPECT_EQ(c.feed_id, "14012345678901234567") << "beyond 2^53, to the digit";
  EXPECT_EQ(c.media_count, 2);
  EXPECT_EQ(c.url, "http://x.example/v");
  EXPECT_EQ(c.thumb_url, "http://x.example/t");
  EXPECT_EQ(m.text, "[Channels] A day (Maker)");
}

TEST(AppMsgType57, IsAQuote) {
  auto m = app_message(57, "<title>@值班机器人\u2005yes</title><refermsg><type>1</type>"
                           "<svrid>9007199254740993001</svrid><fromusr>123@chatroom</fromusr>"
                           "<chatusr>wxid_synthetic2</chatusr><displayname>Birch</displayname>"
                           "<content>shall we?</content></refermsg>");
  auto c = whole<content::quote>(m);
  EXPECT_EQ(c.body, "@值班机器人\u2005yes");
  EXPECT_EQ(m.text, c.body);
  EXPECT_EQ(c.quoted_type, 1);
  EXPECT_EQ(c.quoted_msg_id, "9007199254740993001") << "beyond 2^53, to the digit";
  EXPECT_EQ(c.quoted_user_name, "wxid_synthetic2");
  EXPECT_EQ(c.quoted_name, "Birch");
  EXPECT_EQ(c.quoted_text, "shall we?");
}

TEST(AppMsgType57, TellsInShortWhatWasQuoted) {
  auto quoted = [](int type, const std::string& inner) {
    return whole<content::quote>(app_message(57, "<title>x</title><refermsg><type>" + std::to_string(type) +
                                                     "</type><content>" + on_the_wire(inner) +
                                                     "</content></refermsg>"))
        .quoted_text;
  };
  EXPECT_EQ(quoted(3, "<msg><img/></msg>"), "[Image]");
  EXPECT_EQ(quoted(34, ""), "[Voice]");
  EXPECT_EQ(quoted(42, ""), "[Contact card]");
  EXPECT_EQ(quoted(43, ""), "[Video]");
  EXPECT_EQ(quoted(62, ""), "[Video]");
  EXPECT_EQ(quoted(47, ""), "[Emoticon]");
  EXPECT_EQ(quoted(48, ""), "[Location]");
  EXPECT_EQ(quoted(49, app_xml(5, "<title>a link</title>")), "a link");
  EXPECT_EQ(quoted(49, app_xml(57, "<title>a quote</title><refermsg><content>deeper</content></refermsg>")),
            "a quote");
  EXPECT_EQ(quoted(49, "<broken"), "[Message]");
  EXPECT_EQ(quoted(4711, "x"), "[Message]");
}

TEST(AppMsgType2000, IsATransfer) {
  auto m = app_message(
      2000,
      "<title><![CDATA[微信转账]]></title><des><![CDATA[收到转账0.10元。如需收钱，请点此升级]]></des>"
      "<wcpayinfo><paysubtype>1</paysubtype><feedesc><![CDATA[￥0.10]]></feedesc>"
      "<transferid><![CDATA[1000050001202601020304]]></transferid><pay_memo>lunch</pay_memo></wcpayinfo>",
      {{"FileName", "微信转账"}});
  auto c = whole<content::transfer>(m);
  EXPECT_EQ(c.description, "收到转账0.10元");
  EXPECT_EQ(c.amount, "￥0.10");
  EXPECT_EQ(c.memo, "lunch");
  EXPECT_EQ(c.step, 1);
  EXPECT_EQ(c.transfer_id, "1000050001202601020304");
  EXPECT_EQ(m.text, "[Transfer] ￥0.10");
  EXPECT_EQ(app_message(2000, "<des>收到转账0.10元。x</des>").text, "[Transfer] 收到转账0.10元");
}

TEST(AppMsgType2001, IsARedPacket) {
  auto m = app_message(2001, "<title>Weixin</title><wcpayinfo><receivertitle>恭喜发财</receivertitle>"
                             "<url>https://x.example/r</url></wcpayinfo>");
  EXPECT_EQ(whole<content::red_packet>(m).greeting, "恭喜发财");
  EXPECT_EQ(whole<content::red_packet>(m).url, "https://x.example/r");
  EXPECT_EQ(whole<content::red_packet>(app_message(2001, "<title>only</title>")).greeting, "only");
}

TEST(AppMsgType100001, IsAListOfArticles) {
  auto m = app_message(
      5, "<title></title><mmreader><category type=\"20\" count=\"2\"><item><title>One</title>"
         "<digest>first</digest><url>http://x.example/1</url><cover>http://x.example/c1</cover></item>"
         "<item><title>Two</title><url>http://x.example/2</url></item></category></mmreader>");
  auto c = whole<content::link>(m);
  ASSERT_EQ(c.articles.size(), 2U);
  EXPECT_EQ(c.articles[1].title, "Two");
  EXPECT_EQ(c.title, "One");
  EXPECT_EQ(c.description, "first");
  EXPECT_EQ(c.url, "http://x.example/1");
  EXPECT_EQ(c.thumb_url, "http://x.example/c1");
}

TEST(GroupInvitation, IsALinkWithItsTitle) {
  auto m = app_message(
      5, "<title><![CDATA[邀请你加入群聊]]></title>"
         "<des><![CDATA[\"桤\"邀请你加入群聊\u201c读书会\u201d，进入可查看详情。]]></des>"
         "<url>https://support.weixin.qq.com/cgi-bin/mmsupport-bin/addchatroombyinvite?ticket=s</url>");
  auto c = whole<content::group_invitation>(m);
  EXPECT_EQ(c.inviter, "桤");
  EXPECT_EQ(c.topic, "读书会");
  EXPECT_EQ(c.url, "https://support.weixin.qq.com/cgi-bin/mmsupport-bin/addchatroombyinvite?ticket=s");
  EXPECT_EQ(m.text, "[Group invitation] \"桤\"邀请你加入群聊\u201c读书会\u201d，进入可查看详情。");
}

TEST(GroupInvitation, MayBeInEnglish) {
  auto c = whole<content::group_invitation>(
      app_message(5, "<title>Group Chat Invitation</title><des>\"Alder\" invited you to join the group chat "
                     "\"Reading\". Enter to view details.</des>"));
  EXPECT_EQ(c.inviter, "Alder");
  EXPECT_EQ(c.topic, "Reading");
  c = whole<content::group_invitation>(
      app_message(5, "<title>Group Chat Invitation</title><des>come in</des><url>http://x.example</url>"));
  EXPECT_EQ(c.inviter, "") << "another form is kept as it is";
  EXPECT_EQ(c.description, "come in");
}

TEST(AppMessage, InAGroupNamesTheMember) {
  auto m = received(
      group_entry(49, birch + ":<br/>" + on_the_wire(app_xml(5, "<title>t</title>")), {{"AppMsgType", 5}}));
  EXPECT_EQ(m.sender, birch);
  EXPECT_EQ(whole<content::link>(m).title, "t");
  EXPECT_TRUE(m.xml.starts_with("<msg>")) << "the prefix is no part of what is forwarded";
}

TEST(AppMessage, IsWhatItsXmlSaysWhenTheMessageHasNoNumber) {
  auto m = app_message(33, "<title>t</title>", {{"AppMsgType", 0}});
  EXPECT_EQ(m.kind, message_kind::mini_program);
}

TEST(AppMessage, MayHaveEmojiInItsTitle) {
  auto content = on_the_wire(app_xml(5, "<title>sun TOKEN</title>"));
  content.replace(content.find("TOKEN"), 5, "<span class=\"emoji emoji2600\"></span>");
  EXPECT_EQ(whole<content::link>(received(49, content, {{"AppMsgType", 5}})).title, "sun ☀");
}

TEST(AppMessage, MayComeAsXmlThatIsNotEscaped) {
  auto m = received(49, app_xml(5, "<title>a &lt;b&gt; c</title>"), {{"AppMsgType", 5}});
  EXPECT_EQ(whole<content::link>(m).title, "a <b> c");
}

TEST(AppMessage, ThatCannotBeReadIsAGenericOneAndTold) {
  for (auto content :
       {"", "no xml", "&lt;msg&gt;&lt;appmsg&gt;", "&lt;msg&gt;&lt;/msg&gt;", "&lt;a&gt;&lt;/b&gt;"}) {
    auto m = received(49, content,
                      {{"AppMsgType", 6}, {"FileName", "a&amp;b"}, {"Url", "http://x.example/?a&amp;b"}});
    EXPECT_TRUE(m.is_broken) << content;
    EXPECT_EQ(m.kind, message_kind::app);
    EXPECT_EQ(m.content, message_content{(content::app{6, "a&b", "", "http://x.example/?a&b", ""})});
    EXPECT_EQ(m.sender, alder);
  }
}

TEST(AppMessage, WithABrokenRecordIsTheRestOfIt) {
  auto m = app_message(19, "<title>T</title><recorditem><![CDATA[<recordinfo><datalist>]]></recorditem>");
  EXPECT_TRUE(m.is_broken);
  EXPECT_EQ(std::get<content::chat_record>(m.content).title, "T");
}

} // namespace
} // namespace weixin::webwx
