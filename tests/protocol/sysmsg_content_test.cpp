// MsgType 10002 (weixin-protocol.md 7.7).
#include "tests/protocol/entries.hpp"

#include <gmock/gmock.h>

namespace weixin::webwx {
namespace {

using content::notice_event;
using testing::ElementsAre;

constexpr std::string_view revoke =
    "<sysmsg type=\"revokemsg\"><revokemsg><session>wxid_synthetic1</session><oldmsgid>1234</oldmsgid>"
    "<msgid>1100000001</msgid><newmsgid>9007199254740993001</newmsgid>"
    "<replacemsg><![CDATA[\"桤\" 撤回了一条消息]]></replacemsg></revokemsg></sysmsg>";

TEST(Recall, NamesTheMessageThatWasTakenBack) {
  auto m = received(10002, on_the_wire(revoke));
  auto c = whole<content::recalled>(m);
  EXPECT_EQ(c.msg_id, "1100000001");
  EXPECT_EQ(c.new_msg_id, "9007199254740993001") << "beyond 2^53, to the digit";
  EXPECT_EQ(c.notice, "\"桤\" 撤回了一条消息");
  EXPECT_EQ(m.text, "[Recalled] \"桤\" 撤回了一条消息");
}

TEST(Recall, WithTheNumber0IsOfTheLastOwnMessage) {
  auto m = received(10002,
                    on_the_wire("<sysmsg type='revokemsg'><revokemsg><msgid>0</msgid></revokemsg></sysmsg>"));
  EXPECT_EQ(whole<content::recalled>(m).msg_id, "");
}

TEST(Recall, InAGroupHasTheMembersPrefix) {
  auto m = received(group_entry(10002, birch + ":<br/>" + on_the_wire(revoke)));
  EXPECT_EQ(m.sender, birch);
  EXPECT_EQ(whole<content::recalled>(m).msg_id, "1100000001");
}

TEST(Recall, MayHaveTextInFront) {
  for (auto front : {"wxid_synthetic-1:\n", "a < b &c; ", "<x", "<a></b>"}) {
    auto m = received(10002, on_the_wire(std::string{front} + std::string{revoke}));
    EXPECT_EQ(whole<content::recalled>(m).msg_id, "1100000001") << front;
  }
}

TEST(Recall, TakesNoIdThatIsNone) {
  for (auto id : {"", "-1", "1e3", "x", "111111111111111111111", "1 2"}) {
    auto m = received(10002, on_the_wire("<sysmsg type=\"revokemsg\"><revokemsg><msgid>" + std::string{id} +
                                         "</msgid></revokemsg></sysmsg>"));
    EXPECT_EQ(whole<content::recalled>(m).msg_id, "") << id;
  }
}

TEST(Pat, NamesBothPeople) {
  auto m =
      received(10002, on_the_wire("<sysmsg type=\"pat\"><pat><fromusername>wxid_synthetic1</fromusername>"
                                  "<chatusername>123@chatroom</chatusername>"
                                  "<pattedusername>wxid_synthetic2</pattedusername>"
                                  "<template><![CDATA[\"${wxid_synthetic1}\" 拍了拍 \"${wxid_synthetic2}\"]]>"
                                  "</template></pat></sysmsg>"));
  auto c = whole<content::pat>(m);
  EXPECT_EQ(c.from_user_name, "wxid_synthetic1");
  EXPECT_EQ(c.patted_user_name, "wxid_synthetic2");
  EXPECT_EQ(c.notice, "\"${wxid_synthetic1}\" 拍了拍 \"${wxid_synthetic2}\"");
  EXPECT_EQ(m.kind, message_kind::pat);
}

std::string with_template(std::string_view text, std::string_view links) {
  return on_the_wire(
      "<sysmsg type=\"sysmsgtemplate\"><sysmsgtemplate><content_template type=\"tmpl_type_profile\">"
      "<plain><![CDATA[]]></plain><template><![CDATA[" +
      std::string{text} + "]]></template><link_list>" + std::string{links} +
      "</link_list></content_template></sysmsgtemplate></sysmsg>");
}

std::string profile(std::string_view name, std::string_view nick, std::string_view second = {}) {
  auto member = [](std::string_view n) {
    return "<member><username>wxid_synthetic</username><nickname><![CDATA[" + std::string{n} +
           "]]></nickname></member>";
  };
  return "<link name=\"" + std::string{name} + "\" type=\"link_profile\"><memberlist>" + member(nick) +
         (second.empty() ? "" : member(second)) + "</memberlist><separator><![CDATA[、]]></separator></link>";
}

TEST(SysmsgTemplate, IsASentenceWithItsNamesPutIn) {
  auto m = received(10002, with_template("\"$username$\"邀请\"$names$\"加入了群聊",
                                         profile("username", "桤") + profile("names", "白桦", "雪松")));
  auto n = whole<content::notice>(m);
  EXPECT_EQ(n.source, "sysmsgtemplate");
  EXPECT_EQ(n.text, "\"桤\"邀请\"白桦、雪松\"加入了群聊");
  EXPECT_EQ(n.event, notice_event::joined);
  EXPECT_EQ(n.actor, "桤");
  EXPECT_THAT(n.who, ElementsAre("白桦", "雪松"));
  EXPECT_EQ(m.kind, message_kind::system);
}

TEST(SysmsgTemplate, MayHaveALinkToTakeBack) {
  auto m = received(
      10002, with_template("你邀请\"$names$\"加入了群聊  $revoke$",
                           profile("names", "白桦") +
                               "<link name=\"revoke\" type=\"link_revoke\"><title>撤销</title></link>"));
  EXPECT_EQ(m.text, "你邀请\"白桦\"加入了群聊  撤销");
  EXPECT_TRUE(whole<content::notice>(m).actor_is_me);
}

TEST(SysmsgTemplate, PutsNothingIntoWhatItPutIn) {
  auto m = received(10002, with_template("$a$ and $b$", profile("a", "$b$") + profile("b", "Birch")));
  EXPECT_EQ(m.text, "$b$ and Birch");
}

TEST(SysmsgTemplate, LeavesOtherDollarsAlone) {
  for (auto text : {"it costs 5$", "5$ and 6$", "$$", "$unknown$ x", "$"})
    EXPECT_EQ(received(10002, with_template(text, "")).text, text);
  EXPECT_EQ(received(10002, with_template("5$ for $a$", profile("a", "Alder"))).text, "5$ for Alder");
}

TEST(SysmsgTemplate, IsBoundedWhateverItsLinksAre) {
  std::string text;
  for (int i = 0; i < 5000; ++i)
    text += "$a$";
  auto m = received(10002, with_template(text, profile("a", std::string(1000, 'x'))));
  EXPECT_LE(m.text.size(), 16U * 1024U);
}

TEST(RoomToolsTips, IsANotice) {
  auto m = received(
      10002, on_the_wire("<sysmsg type=\"roomtoolstips\"><todo><op>0</op><title><![CDATA[Water the trees]]>"
                         "</title></todo></sysmsg>"));
  auto n = whole<content::notice>(m);
  EXPECT_EQ(n.source, "roomtoolstips");
  EXPECT_EQ(n.text, "Water the trees");
}

TEST(OtherSysmsg, IsANoticeOfItsType) {
  auto n = whole<content::notice>(received(10002, on_the_wire("<sysmsg type=\"paymsg\"><paymsg/></sysmsg>")));
  EXPECT_EQ(n.source, "paymsg");
  EXPECT_EQ(n.event, notice_event::none);
}

TEST(Sysmsg, ThatCannotBeReadStaysRawAndIsTold) {
  for (auto content : {"", "text", "&lt;sysmsg", "&lt;sysmsg type=\"revokemsg\"&gt;", "&lt;other/&gt;"}) {
    auto m = received(10002, content);
    EXPECT_EQ(m.kind, message_kind::unsupported) << content;
    EXPECT_TRUE(m.is_broken) << content;
  }
}

} // namespace
} // namespace weixin::webwx
