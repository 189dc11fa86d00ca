#include "simulator/media_bytes.hpp"
#include "tests/simulator/online_client.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>

namespace weixin::simulator {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using testing::HasSubstr;

constexpr const char* async = "&fun=async&f=json";

std::string file_xml(std::string_view title, std::string_view media_id, std::size_t bytes) {
  return "<appmsg appid='wxeb7ec651dd0aefa9' sdkver=''><title>" + std::string{title} +
         "</title><des></des><action></action><type>6</type><content></content><url></url><lowurl></"
         "lowurl><appattach>"
         "<totallen>" +
         std::to_string(bytes) + "</totallen><attachid>" + std::string{media_id} +
         "</attachid><fileext>pdf</fileext></appattach><extinfo></extinfo></appmsg>";
}

/// HTML entities undone, as a client does before it forwards.
std::string decoded(std::string text) {
  for (auto [from, to] : {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"<br/>", "\n"}, {"&amp;", "&"}})
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + 1))
      text.replace(at, std::string_view{from}.size(), to);
  return text;
}

struct SimulatedSendsOfEveryKind : online_client {
  int refused(const answer& a) {
    EXPECT_EQ(service.violations(violation_kind::bad_body), ++breaches);
    return ret_of(a);
  }
  std::uint64_t breaches = 0;
};

TEST_F(SimulatedSendsOfEveryKind, RecordWhatTheyCarried) {
  auto picture = uploaded("a.png", "pic", "picture");
  auto video = uploaded("b.mp4", "video", "video");
  auto gif = uploaded("c.gif", "doc", "gif");
  auto file = uploaded("d.pdf", "doc", "file");
  EXPECT_EQ(ret_of(send("webwxsendmsgimg", {{"Type", 3}, {"MediaId", picture}, {"Content", ""}}, async)), 0);
  EXPECT_EQ(ret_of(send("webwxsendvideomsg", {{"Type", 43}, {"MediaId", video}}, async)), 0);
  EXPECT_EQ(ret_of(send("webwxsendemoticon", {{"Type", 47}, {"EmojiFlag", 2}, {"MediaId", gif}}, "&fun=sys")),
            0);
  EXPECT_EQ(ret_of(send("webwxsendappmsg", {{"Type", 6}, {"Content", file_xml("d.pdf", file, 4)}}, async)),
            0);
  auto all = sent();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].endpoint, "webwxsendmsgimg");
  EXPECT_EQ(all[0].media_md5, md5_hex("picture"));
  EXPECT_EQ(all[1].media_name, "b.mp4");
  EXPECT_EQ(all[2].type, 47);
  EXPECT_EQ(all[3].media_bytes, 4U);
  EXPECT_EQ(media_of(all[3].msg_id), "file");
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedSendsOfEveryKind, RefuseWhatWasNeverUploaded) {
  EXPECT_EQ(refused(send("webwxsendmsgimg", {{"Type", 3}, {"MediaId", "@crypt_1"}}, async)), 1);
  EXPECT_EQ(refused(send("webwxsendvideomsg", {{"Type", 43}, {"MediaId", ""}, {"Content", "<msg/>"}}, async)),
            1);
  EXPECT_EQ(
      refused(send("webwxsendemoticon", {{"Type", 47}, {"EmojiFlag", 2}, {"EMoticonMd5", "0"}}, "&fun=sys")),
      1);
  EXPECT_EQ(refused(send("webwxsendappmsg", {{"Type", 6}, {"Content", file_xml("a", "@crypt_1", 4)}}, async)),
            1);
  EXPECT_TRUE(sent().empty());
}

TEST_F(SimulatedSendsOfEveryKind, RefuseAnUploadOfAnotherUser) {
  auto picture = uploaded("a.png", "pic", "picture");
  client.go_online(2);
  EXPECT_EQ(refused(send("webwxsendmsgimg", {{"Type", 3}, {"MediaId", picture}}, async)), 1);
}

TEST_F(SimulatedSendsOfEveryKind, RefuseAMediatypeThatDoesNotFit) {
  auto file = uploaded("d.pdf", "doc", "file");
  EXPECT_EQ(refused(send("webwxsendmsgimg", {{"Type", 3}, {"MediaId", file}}, async)), 1);
  EXPECT_EQ(refused(send("webwxsendvideomsg", {{"Type", 43}, {"MediaId", file}}, async)), 1);
}

TEST_F(SimulatedSendsOfEveryKind, RefuseATypeThatIsNotTheEndpoints) {
  auto picture = uploaded("a.png", "pic", "picture");
  EXPECT_EQ(refused(send("webwxsendmsgimg", {{"Type", 1}, {"MediaId", picture}}, async)), 1);
  EXPECT_EQ(refused(send("webwxsendemoticon", {{"Type", 1}, {"MediaId", picture}}, "&fun=sys")), 1)
      << "OpenWeChat's mistake";
  EXPECT_EQ(refused(send("webwxsendmsg", {{"Type", 3}, {"Content", "x"}}, {})), 1);
}

TEST_F(SimulatedSendsOfEveryKind, CountAMissingQuery) {
  auto picture = uploaded("a.png", "pic", "picture");
  EXPECT_EQ(ret_of(send("webwxsendmsgimg", {{"Type", 3}, {"MediaId", picture}}, {})), 0);
  EXPECT_EQ(service.violations(violation_kind::bad_query), 2U) << "fun and f";
}

TEST_F(SimulatedSendsOfEveryKind, WantTheTitleOfAFileEscaped) {
  auto file = uploaded("d.pdf", "doc", "file");
  EXPECT_EQ(
      ret_of(send("webwxsendappmsg", {{"Type", 6}, {"Content", file_xml("R&amp;D.pdf", file, 4)}}, async)),
      0);
  EXPECT_EQ(
      refused(send("webwxsendappmsg", {{"Type", 6}, {"Content", file_xml("<R&D>.pdf", file, 4)}}, async)), 1);
}

TEST_F(SimulatedSendsOfEveryKind, RefuseAFileMessageThatDoesNotFitItsFile) {
  auto file = uploaded("d.pdf", "doc", "file");
  EXPECT_EQ(refused(send("webwxsendappmsg", {{"Type", 6}, {"Content", file_xml("d.pdf", file, 5)}}, async)),
            1);
  auto wrapped = "<msg>" + file_xml("d.pdf", file, 4) + "</msg>";
  EXPECT_EQ(refused(send("webwxsendappmsg", {{"Type", 6}, {"Content", wrapped}}, async)), 1);
  EXPECT_EQ(refused(send("webwxsendappmsg", {{"Type", 5}, {"Content", file_xml("d.pdf", file, 4)}}, async)),
            1);
}

TEST_F(SimulatedSendsOfEveryKind, RefuseALinkThatIsComposed) {
  std::string link =
      "<appmsg appid='' sdkver=''><title>news</title><type>5</type><url>https://example.org/</url></appmsg>";
  EXPECT_EQ(refused(send("webwxsendappmsg", {{"Type", 5}, {"Content", link}}, async)), 1);
}

TEST_F(SimulatedSendsOfEveryKind, ForwardWhatWasReceived) {
  auto forward = [&](std::string_view kind, std::string endpoint, int type) {
    kind_details wanted;
    wanted.kind = kind;
    auto m = receive(wanted);
    auto a = send(std::move(endpoint),
                  {{"Type", type}, {"MediaId", ""}, {"Content", decoded(text_of(m, "Content"))}}, async, 2);
    EXPECT_EQ(ret_of(a), 0) << kind;
    return media_of(text_of(m, "MsgId")) == media_of(text_of(json_of(a), "MsgID"));
  };
  EXPECT_TRUE(forward("image", "webwxsendmsgimg", 3));
  EXPECT_TRUE(forward("video", "webwxsendvideomsg", 43));
  EXPECT_TRUE(forward("micro_video", "webwxsendvideomsg", 43));
  EXPECT_TRUE(forward("file", "webwxsendappmsg", 6));
  (void)forward("link", "webwxsendappmsg", 5);
  (void)forward("mini_program", "webwxsendappmsg", 33);
  EXPECT_TRUE(sent().back().forwarded);
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedSendsOfEveryKind, ForwardAStickerByItsMd5) {
  kind_details wanted;
  wanted.kind = "sticker";
  auto m = receive(wanted);
  auto md5 = md5_hex(media_of(text_of(m, "MsgId")));
  EXPECT_THAT(text_of(m, "Content"), HasSubstr(md5));
  EXPECT_EQ(
      ret_of(send("webwxsendemoticon", {{"Type", 47}, {"EmojiFlag", 2}, {"EMoticonMd5", md5}}, "&fun=sys")),
      0);
}

TEST_F(SimulatedSendsOfEveryKind, AreEchoedWithTheirContent) {
  service.core.state().options.echo_own_sends = true;
  auto picture = uploaded("a.png", "pic", "picture");
  EXPECT_EQ(ret_of(send("webwxsendmsgimg", {{"Type", 3}, {"MediaId", picture}}, async)), 0);
  auto m = synced("AddMsgList").at(0).as_object();
  EXPECT_EQ(integer_of(m, "MsgType"), 3);
  EXPECT_EQ(text_of(m, "FromUserName"), client.self);
  EXPECT_THAT(text_of(m, "Content"), HasSubstr("aeskey=\""));
}

struct SimulatedMentions : online_client {
  std::string member(std::size_t i) const { return client.name_of({peer_ref::kind::member, 0, i}); }
  static std::string source(std::string_view names, std::string_view room) {
    return "<msgsource><atusername>" + std::string{names} + "</atusername><atchatroomname>" +
           std::string{room} + "</atchatroomname></msgsource>";
  }
  int say(std::string_view msg_source, std::string_view to) {
    return ret_of(send("webwxsendmsg",
                       {{"Type", 1}, {"Content", "@a @b hi"}, {"ToUserName", to}, {"MsgSource", msg_source}},
                       {}));
  }
};

TEST_F(SimulatedMentions, AreRecordedByTheMembersLastingIds) {
  auto who = member(1) + "," + member(2);
  EXPECT_EQ(say(source(who, chatroom(0)), chatroom(0)), 0);
  const auto& members = user().chatrooms[0].members;
  ASSERT_EQ(sent().size(), 1U);
  EXPECT_THAT(sent()[0].mentions, testing::ElementsAre(members[1].id, members[2].id));
  EXPECT_EQ(sent()[0].msg_source, source(who, chatroom(0)));
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedMentions, ThatAreWrongAreCountedAndTheTextIsDelivered) {
  auto right = source(member(1), chatroom(0));
  user().chatrooms[0].members[3].gone = true;
  std::uint64_t breaches = 0;
  for (const auto& wrong :
       {std::string{}, std::string{"hi"}, member(1), right.substr(0, right.size() - 1), right + right,
        "x" + right, "<msg>" + right + "</msg>", source("", chatroom(0)), source(member(1), ""),
        source(member(1), chatroom(1)), source(member(1) + ",", chatroom(0)),
        source(member(1) + " " + member(2), chatroom(0)), source(member(1) + "," + contact(9), chatroom(0)),
        source(member(3), chatroom(0)), source("filehelper", chatroom(0)), source("notify@all", chatroom(0)),
        source(member(1) + "</atusername><atusername>" + member(2), chatroom(0))}) {
    EXPECT_EQ(say(wrong, chatroom(0)), 0) << wrong;
    EXPECT_EQ(service.violations(violation_kind::bad_body), ++breaches) << wrong;
    EXPECT_TRUE(sent().back().mentions.empty()) << wrong;
  }
  EXPECT_EQ(sent().size(), breaches);
}

TEST_F(SimulatedMentions, AreOfAChatroomAlone) {
  EXPECT_EQ(say(source(member(1), chatroom(0)), contact(3)), 0);
  EXPECT_EQ(say(source(contact(3), contact(3)), contact(3)), 0);
  EXPECT_EQ(service.violations(violation_kind::bad_body), 2U);
}

struct SimulatedRecall : online_client {
  std::string said(std::string_view to) { return text_of(client.send_text(to, "a slip"), "MsgID"); }
  answer recall(std::string_view id, std::string_view to) {
    return client.post("webwxrevokemsg", {{"SvrMsgId", id}, {"ToUserName", to}, {"ClientMsgId", "1"}});
  }
};

TEST_F(SimulatedRecall, MarksTheSend) {
  auto id = said(contact(3));
  EXPECT_EQ(ret_of(recall(id, contact(3))), 0);
  EXPECT_TRUE(sent()[0].revoked);
  EXPECT_EQ(ret_of(recall(id, contact(3))), -2) << "a second time";
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedRecall, IsPossibleForTwoMinutes) {
  auto id = said(contact(3));
  service.advance(121s);
  EXPECT_EQ(ret_of(recall(id, contact(3))), -2);
  EXPECT_EQ(service.violations(), 0U) << "the client cannot know";
}

TEST_F(SimulatedRecall, RefusesWhatWasNotSentThere) {
  auto id = said(contact(3));
  EXPECT_EQ(ret_of(recall(id, contact(4))), -2);
  EXPECT_EQ(ret_of(recall("1", contact(3))), -2);
  EXPECT_EQ(ret_of(recall("", contact(3))), 1);
  EXPECT_EQ(service.violations(violation_kind::bad_body), 3U);
}

TEST_F(SimulatedRecall, ComesBackAsANoticeWhenOwnSendsAreEchoed) {
  service.core.state().options.echo_own_sends = true;
  auto id = said(contact(3));
  EXPECT_EQ(ret_of(recall(id, contact(3))), 0);
  auto m = synced("AddMsgList").at(1).as_object();
  EXPECT_EQ(integer_of(m, "MsgType"), 10'002);
  EXPECT_THAT(text_of(m, "Content"), HasSubstr("&lt;msgid&gt;" + id));
}

} // namespace
} // namespace weixin::simulator
