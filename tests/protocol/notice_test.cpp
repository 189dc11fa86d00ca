// Every sentence of weixin-protocol.md 7.7.
#include "protocol/webwx/notice.hpp"
#include "tests/protocol/entries.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace weixin::webwx {
namespace {

using content::notice_event;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(FriendAdded, ByTheAccount) {
  auto n = read_notice("你已添加了桤，现在可以开始聊天了。");
  EXPECT_EQ(n.event, notice_event::friend_added);
  EXPECT_THAT(n.who, ElementsAre("桤"));
  EXPECT_TRUE(n.actor_is_me);
  EXPECT_EQ(n.text, "你已添加了桤，现在可以开始聊天了。");
}

TEST(FriendAdded, ByTheOther) {
  auto n = read_notice("Ada, Countess刚刚把你添加到通讯录，现在可以开始聊天了。");
  EXPECT_EQ(n.event, notice_event::friend_added);
  EXPECT_THAT(n.who, ElementsAre("Ada, Countess")) << "one person, whatever the name";
  EXPECT_FALSE(n.actor_is_me);
}

TEST(FriendAdded, ByAcceptingARequest) {
  EXPECT_EQ(read_notice("我通过了你的朋友验证请求，现在我们可以开始聊天了").event,
            notice_event::friend_added);
}

TEST(FriendAdded, InEnglish) {
  auto n = read_notice("You have added Alder as your WeChat contact. Start chatting!");
  EXPECT_EQ(n.event, notice_event::friend_added);
  EXPECT_THAT(n.who, ElementsAre("Alder"));
}

TEST(NotAFriend, AnyMore) {
  auto n =
      read_notice("桤开启了朋友验证，你还不是他（她）朋友。请先发送朋友验证请求，对方验证通过后，才能聊天。");
  EXPECT_EQ(n.event, notice_event::not_a_friend);
  EXPECT_THAT(n.who, ElementsAre("桤"));
}

TEST(RedPacketNotice, OfARedPacketThatCame) {
  auto n = read_notice("收到红包，请在手机上查看");
  EXPECT_EQ(n.event, notice_event::red_packet);
  EXPECT_FALSE(n.actor_is_me);
}

TEST(RedPacketNotice, OfAnOwnOne) {
  auto n = read_notice("发出红包，请在手机上查看");
  EXPECT_EQ(n.event, notice_event::red_packet);
  EXPECT_TRUE(n.actor_is_me);
}

TEST(JoinedByInvitation, OfOneMemberByAnother) {
  auto n = read_notice("\"桤\"邀请\"白桦、雪松\"加入了群聊");
  EXPECT_EQ(n.event, notice_event::joined);
  EXPECT_EQ(n.actor, "桤");
  EXPECT_THAT(n.who, ElementsAre("白桦", "雪松"));
  EXPECT_FALSE(n.actor_is_me || n.me_among || n.by_qr_code);
}

TEST(JoinedByInvitation, OfTheAccount) {
  auto n = read_notice("你邀请\"白桦\"加入了群聊  ");
  EXPECT_EQ(n.event, notice_event::joined);
  EXPECT_TRUE(n.actor_is_me);
  EXPECT_EQ(n.actor, "");
  EXPECT_THAT(n.who, ElementsAre("白桦"));
}

TEST(JoinedByInvitation, AsTheInvitedAccount) {
  auto n = read_notice("\"桤\"邀请你加入了群聊，群聊参与人还有：白桦、雪松");
  EXPECT_EQ(n.event, notice_event::joined);
  EXPECT_EQ(n.actor, "桤");
  EXPECT_TRUE(n.me_among);
  EXPECT_THAT(n.who, IsEmpty()) << "the others were there before";
}

TEST(JoinedByInvitation, OfTheAccountAndOthers) {
  auto n = read_notice("\"桤\"邀请你和\"白桦\"加入了群聊");
  EXPECT_EQ(n.event, notice_event::joined);
  EXPECT_EQ(n.actor, "桤");
  EXPECT_TRUE(n.me_among);
  EXPECT_THAT(n.who, ElementsAre("白桦"));
}

TEST(JoinedByInvitation, InEnglish) {
  auto n = read_notice("\"Alder\" invited \"Birch, Cedar\" to the group chat");
  EXPECT_EQ(n.event, notice_event::joined);
  EXPECT_EQ(n.actor, "Alder");
  EXPECT_THAT(n.who, ElementsAre("Birch", "Cedar"));
  n = read_notice("You invited \"Birch\" to the group chat");
  EXPECT_TRUE(n.event == notice_event::joined && n.actor_is_me);
  n = read_notice("\"Alder\" invited you and \"Birch\" to the group chat");
  EXPECT_TRUE(n.event == notice_event::joined && n.me_among);
  EXPECT_THAT(n.who, ElementsAre("Birch"));
  n = read_notice("Alder invited you to a group chat with Birch, Cedar");
  EXPECT_TRUE(n.event == notice_event::joined && n.me_among);
  EXPECT_EQ(n.actor, "Alder");
}

TEST(JoinedByQrCode, OfAnotherMember) {
  auto n = read_notice("\" 白桦\"通过扫描\"桤\"分享的二维码加入群聊");
  EXPECT_EQ(n.event, notice_event::joined);
  EXPECT_EQ(n.actor, "桤");
  EXPECT_THAT(n.who, ElementsAre("白桦"));
  EXPECT_TRUE(n.by_qr_code);
}

TEST(JoinedByQrCode, OfTheAccount) {
  auto n = read_notice("\"白桦\"通过扫描你分享的二维码加入群聊");
  EXPECT_EQ(n.event, notice_event::joined);
  EXPECT_TRUE(n.actor_is_me && n.by_qr_code);
  EXPECT_THAT(n.who, ElementsAre("白桦"));
}

TEST(JoinedByQrCode, InEnglish) {
  auto n = read_notice("\" Birch\" joined the group chat via the QR Code shared by \"Alder\".");
  EXPECT_EQ(n.event, notice_event::joined);
  EXPECT_EQ(n.actor, "Alder");
  EXPECT_THAT(n.who, ElementsAre("Birch"));
  EXPECT_TRUE(n.by_qr_code);
}

TEST(Removed, ByTheAccount) {
  auto n = read_notice("你将\"白桦\"移出了群聊");
  EXPECT_EQ(n.event, notice_event::removed);
  EXPECT_TRUE(n.actor_is_me);
  EXPECT_THAT(n.who, ElementsAre("白桦"));
}

TEST(Removed, TheAccount) {
  auto n = read_notice("你被\"桤\"移出群聊");
  EXPECT_EQ(n.event, notice_event::removed);
  EXPECT_EQ(n.actor, "桤");
  EXPECT_TRUE(n.me_among);
}

TEST(Removed, InEnglish) {
  EXPECT_THAT(read_notice("You removed \"Birch\" from the group chat").who, ElementsAre("Birch"));
  EXPECT_EQ(read_notice("You were removed from the group chat by \"Alder\"").actor, "Alder");
}

TEST(Renamed, ByAMember) {
  auto n = read_notice("\"桤\"修改群名为“读书“会””");
  EXPECT_EQ(n.event, notice_event::renamed);
  EXPECT_EQ(n.actor, "桤");
  n = read_notice("\"桤\"修改群名为“读书会”");
  EXPECT_EQ(n.topic, "读书会");
}

TEST(Renamed, ByTheAccount) {
  auto n = read_notice("你修改群名为“读书会”");
  EXPECT_EQ(n.event, notice_event::renamed);
  EXPECT_TRUE(n.actor_is_me);
  EXPECT_EQ(n.topic, "读书会");
}

TEST(Renamed, InEnglish) {
  auto n = read_notice("\"Alder\" changed the group name to \"Reading\"");
  EXPECT_EQ(n.event, notice_event::renamed);
  EXPECT_EQ(n.actor, "Alder");
  EXPECT_EQ(n.topic, "Reading");
}

TEST(PatNotice, NamesBoth) {
  auto n = read_notice("\"桤\" 拍了拍 \"白桦\"");
  EXPECT_EQ(n.event, notice_event::pat);
  EXPECT_EQ(n.actor, "桤");
  EXPECT_THAT(n.who, ElementsAre("白桦"));
}

TEST(PatNotice, KnowsTheAccount) {
  EXPECT_TRUE(read_notice("我拍了拍 \"白桦\"").actor_is_me);
  auto n = read_notice("\"桤\" 拍了拍我");
  EXPECT_TRUE(n.me_among);
  EXPECT_EQ(n.actor, "桤");
}

TEST(LocationEnded, IsRecognised) {
  EXPECT_EQ(read_notice("位置共享已经结束").event, notice_event::location_ended);
}

TEST(TooFrequent, IsRecognised) {
  EXPECT_EQ(read_notice("发送消息过于频繁，可稍后再试。").event, notice_event::too_frequent);
}

// Every row of the table, in the forms that are known of it. The language is that of the account.

struct told {
  notice_event event = notice_event::none;
  std::string actor = {};
  std::vector<std::string> who = {};
  bool actor_is_me = false;
  bool me_among = false;
  bool by_qr_code = false;
  std::string topic = {};
};

void expect_told(const told& expected, const std::vector<std::string>& sentences) {
  for (const auto& sentence : sentences) {
    auto n = read_notice(sentence);
    EXPECT_EQ(n.event, expected.event) << sentence;
    EXPECT_EQ(n.actor, expected.actor) << sentence;
    EXPECT_EQ(n.who, expected.who) << sentence;
    EXPECT_EQ(n.actor_is_me, expected.actor_is_me) << sentence;
    EXPECT_EQ(n.me_among, expected.me_among) << sentence;
    EXPECT_EQ(n.by_qr_code, expected.by_qr_code) << sentence;
    EXPECT_EQ(n.topic, expected.topic) << sentence;
    EXPECT_EQ(n.text, sentence);
  }
}

TEST(EveryNotice, OfAFriendWhoWasAdded) {
  expect_told({.event = notice_event::friend_added, .who = {"Alder"}, .actor_is_me = true},
              {"你已添加了Alder，现在可以开始聊天了。",
               "You have added Alder as your WeChat contact. Start chatting!",
               "You have added Alder as your Weixin contact. Start chatting!"});
  expect_told({.event = notice_event::friend_added, .who = {"Alder"}},
              {"Alder刚刚把你添加到通讯录，现在可以开始聊天了。",
               "Alder just added you to his/her contacts list. Send a message to him/her now!"});
  expect_told({.event = notice_event::friend_added}, {"我通过了你的朋友验证请求，现在我们可以开始聊天了",
                                                      "I've accepted your friend request. Now let's chat!"});
}

TEST(EveryNotice, OfSomebodyWhoIsNoFriendAnyMore) {
  expect_told({.event = notice_event::not_a_friend, .who = {"Alder"}},
              {"Alder开启了朋友验证，你还不是他（她）朋友。请先发送朋友验证请求，对方验证通过后，才能聊天。",
               "Alder has enabled Friend Confirmation. Send a friend request first."});
}

TEST(EveryNotice, OfARedPacket) {
  expect_told({.event = notice_event::red_packet},
              {"收到红包，请在手机上查看", "Red packet received. View on phone."});
  expect_told({.event = notice_event::red_packet, .actor_is_me = true}, {"发出红包，请在手机上查看"});
}

TEST(EveryNotice, OfAnInvitation) {
  expect_told({.event = notice_event::joined, .actor = "Alder", .who = {"Birch"}},
              {"\"Alder\"邀请\"Birch\"加入了群聊", "\"Alder\" invited \"Birch\" to the group chat",
               "Alder invited \"Birch\" to the group chat", "Alder invited Birch to the group chat",
               "Alder invited Birch to a group chat", "\"Alder\" invited \"Birch\" to a group chat"});
  expect_told(
      {.event = notice_event::joined, .who = {"Birch", "Cedar"}, .actor_is_me = true},
      {"你邀请\"Birch、Cedar\"加入了群聊", "你邀请\"Birch、Cedar\"加入了群聊  撤销",
       "You invited \"Birch, Cedar\" to the group chat", "You've invited \"Birch, Cedar\" to the group chat",
       "You invited Birch, Cedar to the group chat", "You've invited Birch, Cedar to the group chat"});
  expect_told({.event = notice_event::joined, .actor = "Alder", .me_among = true},
              {"\"Alder\"邀请你加入了群聊，群聊参与人还有：Birch、Cedar", "\"Alder\"邀请你加入了群聊",
               "Alder invited you to a group chat with Birch, Cedar",
               "\"Alder\" invited you to a group chat with Birch, Cedar",
               "\"Alder\" invited you to the group chat", "Alder invited you to the group chat",
               "Alder invited you to a group chat"});
  expect_told(
      {.event = notice_event::joined, .actor = "Alder", .who = {"Birch"}, .me_among = true},
      {"\"Alder\"邀请你和\"Birch\"加入了群聊", "\"Alder\" invited you and \"Birch\" to the group chat",
       "Alder invited you and Birch to the group chat", "Alder invited you and Birch to a group chat"});
}

TEST(EveryNotice, OfAScannedCode) {
  expect_told({.event = notice_event::joined, .actor = "Alder", .who = {"Birch"}, .by_qr_code = true},
              {"\" Birch\"通过扫描\"Alder\"分享的二维码加入群聊",
               "\"Birch\"通过扫描\"Alder\"分享的二维码加入群聊",
               "\" Birch\" joined the group chat via the QR Code shared by \"Alder\"",
               "\"Birch\" joined the group chat via the QR code shared by \"Alder\".",
               "\"Birch\" joined group chat via the QR code shared by \"Alder\""});
  expect_told({.event = notice_event::joined, .who = {"Birch"}, .actor_is_me = true, .by_qr_code = true},
              {"\"Birch\"通过扫描你分享的二维码加入群聊", "\" Birch\"通过扫描你分享的二维码加入群聊",
               "\"Birch\" joined the group chat via your shared QR Code",
               "\"Birch\" joined the group chat via the QR Code you shared",
               "\"Birch\" joined the group chat via the QR code you shared",
               "\" Birch\" joined group chat via the QR code you shared"});
  expect_told({.event = notice_event::joined, .actor = "Alder", .me_among = true, .by_qr_code = true},
              {"你通过扫描\"Alder\"分享的二维码加入群聊"});
  expect_told({.event = notice_event::joined, .me_among = true, .by_qr_code = true},
              {"你通过扫描二维码加入群聊，群聊参与人还有：Birch"});
}

TEST(EveryNotice, OfARemoval) {
  expect_told({.event = notice_event::removed, .who = {"Birch"}, .actor_is_me = true},
              {"你将\"Birch\"移出了群聊", "You removed \"Birch\" from the group chat"});
  expect_told({.event = notice_event::removed, .actor = "Alder", .me_among = true},
              {"你被\"Alder\"移出群聊", "You were removed from the group chat by \"Alder\""});
}

TEST(EveryNotice, OfANewName) {
  expect_told({.event = notice_event::renamed, .actor = "Alder", .topic = "Reading"},
              {"\"Alder\"修改群名为“Reading”", "\"Alder\" changed the group name to \"Reading\"",
               "\"Alder\" changed the group name to “Reading”",
               "Alder changed the group name to \"Reading\""});
  expect_told({.event = notice_event::renamed, .actor_is_me = true, .topic = "Reading"},
              {"你修改群名为“Reading”", "You changed the group name to \"Reading\"",
               "You changed the group name to “Reading”"});
}

TEST(EveryNotice, OfAPat) {
  expect_told({.event = notice_event::pat, .actor = "Alder", .who = {"Birch"}},
              {"\"Alder\" 拍了拍 \"Birch\""});
  expect_told({.event = notice_event::pat, .actor = "Alder", .me_among = true}, {"\"Alder\" 拍了拍我"});
  expect_told({.event = notice_event::pat, .who = {"Birch"}, .actor_is_me = true}, {"我拍了拍 \"Birch\""});
  expect_told({.event = notice_event::pat, .actor_is_me = true, .me_among = true}, {"我拍了拍自己"});
}

TEST(EveryNotice, OfAnEndedSharingOfLocations) {
  expect_told({.event = notice_event::location_ended}, {"位置共享已经结束", "Location sharing ended"});
}

TEST(EveryNotice, OfTooManyMessages) {
  expect_told({.event = notice_event::too_frequent}, {"发送消息过于频繁，可稍后再试。"});
}

TEST(Notice, ThatNobodyKnowsIsItsTextAlone) {
  for (std::string text : {"", "你", "\"", "\"\"邀请\"\"加入了群聊", "你邀请\"", "You invited \"", "x开启了",
                           "发送消息", "{a}", "\"A\"邀请你", "the \"A\"邀请\"B\"加入了群聊"}) {
    auto n = read_notice(text);
    EXPECT_EQ(n.event, notice_event::none) << text;
    EXPECT_EQ(n.text, text);
    EXPECT_TRUE(n.actor.empty() && n.who.empty() && n.topic.empty()) << text;
  }
}

TEST(Notice, NamesNobodyWhoseNameIsEmpty) {
  EXPECT_THAT(read_notice("\"\" just added you to his/her contacts list").who, IsEmpty());
  EXPECT_THAT(read_notice("\"A\" 拍了拍 ").who, IsEmpty());
  EXPECT_THAT(read_notice("你邀请\" 、\"加入了群聊").who, IsEmpty());
}

TEST(Notice, IsDecodedBeforeItIsRead) {
  auto m =
      received(10000, "&quot;A&amp;B&quot;邀请&quot;<span class=\"emoji emoji2600\"></span>&quot;加入了群聊");
  auto n = whole<content::notice>(m);
  EXPECT_EQ(n.actor, "A&B");
  EXPECT_THAT(n.who, ElementsAre("☀"));
  EXPECT_EQ(m.text, "\"A&B\"邀请\"☀\"加入了群聊");
}

TEST(Notice, MayBeHostileAndIsReadInOneGo) {
  std::string many;
  for (int i = 0; i < 2000; ++i)
    many += "\"邀请\"";
  EXPECT_EQ(read_notice(many).event, notice_event::none);
  std::string names = "你邀请\"";
  for (int i = 0; i < 2000; ++i)
    names += "x、";
  EXPECT_EQ(read_notice(names + "\"加入了群聊").who.size(), 500U);
  EXPECT_EQ(read_notice("你邀请\"" + std::string(16 * 1024, 'x') + "\"加入了群聊").event, notice_event::none);
}

TEST(NoticeEvents, HaveNames) {
  EXPECT_EQ(to_string(notice_event::none), "none");
  EXPECT_EQ(to_string(notice_event::joined), "joined");
  EXPECT_EQ(to_string(notice_event::pat), "pat");
}

} // namespace
} // namespace weixin::webwx
