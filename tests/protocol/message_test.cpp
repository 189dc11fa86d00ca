#include "protocol/webwx/message.hpp"
#include "protocol/webwx/sync.hpp"
#include "tests/protocol/fixtures.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

/// The message of tests/data/webwx/webwxsync_messages.json whose MsgId ends so.
message sample(int last_digits) {
  auto a = parse_sync(answer_of("webwxsync_messages.json"), self_name);
  return a->messages.at(static_cast<std::size_t>(last_digits) - 10).parsed;
}

message read(std::string_view json) {
  auto m = read_message(boost::json::parse(json).as_object(), self_name);
  if (!m) {
    ADD_FAILURE() << to_string(m.error());
    return {};
  }
  return std::move(*m);
}

TEST(Message, OfAFriendIsDecodedText) {
  auto m = sample(10);
  EXPECT_EQ(m.kind, message_kind::text);
  EXPECT_EQ(m.text, "早上好 <b>&amp; 😄\n第二行");
  EXPECT_EQ(m.peer, alder);
  EXPECT_EQ(m.sender, alder);
  EXPECT_EQ(m.create_time, 1700000010);
  EXPECT_FALSE(m.is_group);
  EXPECT_FALSE(m.is_own);
}

TEST(Message, InAGroupNamesTheMember) {
  auto m = sample(11);
  EXPECT_EQ(m.kind, message_kind::text);
  EXPECT_EQ(m.peer, elms);
  EXPECT_EQ(m.sender, birch);
  EXPECT_TRUE(m.is_group);
  EXPECT_FALSE(m.is_own);
  EXPECT_EQ(m.text, "@值班机器人\u2005今天读哪一章:\n第三章？") << "only the first prefix is one";
}

TEST(Message, FromThePhoneIsOwn) {
  auto m = sample(12);
  EXPECT_TRUE(m.is_own);
  EXPECT_EQ(m.peer, birch);
  EXPECT_EQ(m.sender, self_name);
}

TEST(Message, WithoutASenderIsOwn) {
  auto m = read(R"({"MsgId":"1","FromUserName":"","ToUserName":"@b","MsgType":1,"Content":"x"})");
  EXPECT_TRUE(m.is_own);
  EXPECT_EQ(m.peer, "@b");
  EXPECT_EQ(m.sender, self_name);
}

TEST(Message, OfAPictureIsAnImage) {
  auto m = sample(13);
  EXPECT_EQ(m.kind, message_kind::image);
  EXPECT_EQ(m.text, "[Image]");
}

TEST(Message, OfAGroupItselfHasNoSender) {
  auto m = sample(14);
  EXPECT_EQ(m.kind, message_kind::system);
  EXPECT_EQ(m.text, "\"白桦\"邀请\"雪松\"加入了群聊");
  EXPECT_EQ(m.sender, "");
  EXPECT_EQ(m.peer, elms);
}

TEST(Message, OfALocationIsNoText) {
  EXPECT_EQ(sample(15).kind, message_kind::location);
  auto older =
      R"({"MsgId":"1","FromUserName":"@b","MsgType":1,"Url":"http://x","Content":"p:<br/>/x?pictype=location"})";
  EXPECT_EQ(read(older).kind, message_kind::location);
}

TEST(Message, OfTheNewsIsNoText) {
  EXPECT_EQ(read(R"({"MsgId":"1","FromUserName":"newsapp","MsgType":1,"Content":"x"})").kind,
            message_kind::news);
}

TEST(Message, WithARedPacketIsNoText) {
  EXPECT_EQ(read(R"({"MsgId":"1","FromUserName":"@b","MsgType":1,"AppMsgType":2001,"Content":"x"})").kind,
            message_kind::red_packet);
}

TEST(Message, OfAFileNamesItsSender) {
  auto m = sample(16);
  EXPECT_EQ(m.kind, message_kind::file);
  EXPECT_EQ(m.msg_type, 49);
  EXPECT_EQ(m.app_msg_type, 6);
  EXPECT_EQ(m.sender, alder);
}

TEST(Message, OfTheAccountInAGroupHasNoPrefix) {
  auto m = sample(17);
  EXPECT_TRUE(m.is_own);
  EXPECT_TRUE(m.is_group);
  EXPECT_EQ(m.peer, elms);
  EXPECT_EQ(m.sender, self_name);
  EXPECT_EQ(m.text, "注意:\n我自己写的");
  auto latin =
      read(R"({"MsgId":"1","FromUserName":"@me","ToUserName":"@@g","MsgType":1,"Content":"note:<br/>x"})");
  EXPECT_EQ(latin.text, "note:\nx");
  EXPECT_TRUE(latin.is_own) << "only the account itself writes to a group";
}

TEST(Message, OfEveryKindIsToldApart) {
  auto a = parse_sync(answer_of("webwxsync_kinds.json"), self_name);
  ASSERT_TRUE(a);
  EXPECT_EQ(a->set_aside, 0U);
  std::string kinds;
  for (const auto& m : a->messages) {
    kinds += std::string{to_string(m.parsed.kind)} + " ";
    EXPECT_FALSE(m.parsed.is_broken) << to_string(m.parsed.kind);
    EXPECT_EQ(m.parsed.sender.empty(), m.parsed.kind == message_kind::pat) << to_string(m.parsed.kind);
  }
  EXPECT_EQ(kinds, "text image voice video video emoticon emoticon location location card friend_request "
                   "possible_friend link link music file mini_program quote chat_record transfer red_packet "
                   "channels group_invitation app call news recalled pat system system unsupported ");
}

TEST(StatusNotify51, ListsConversationsWithTheirLastingIds) {
  auto a = parse_sync(answer_of("webwxsync_status_notify.json"), self_name);
  ASSERT_TRUE(a);
  const auto& m = a->messages.at(0).parsed;
  EXPECT_EQ(m.kind, message_kind::status_notify);
  EXPECT_EQ(m.status_notify_code, 4);
  EXPECT_EQ(m.status_notify_user_names, (std::vector<std::string>{"filehelper", elms, alder}));
  EXPECT_EQ(m.real_ids, (std::vector<std::string>{"filehelper", "100000@chatroom", "wxid_synthetic1"}));
}

TEST(StatusNotify51, HasNoLastingIdsWhenTheNumbersDiffer) {
  auto m = read(R"({"MsgId":"1","FromUserName":"@b","MsgType":51,"StatusNotifyUserName":"a,b,",)"
                R"("Content":"&lt;username&gt;x&lt;/username&gt;"})");
  EXPECT_EQ(m.status_notify_user_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(m.real_ids.empty());
}

TEST(StatusNotify51, SurvivesContentThatIsNoXml) {
  for (auto content : {"", "x", "&lt;", "&lt;username&gt;"}) {
    auto m = read(R"({"MsgId":"1","FromUserName":"@b","MsgType":51,"StatusNotifyUserName":"a","Content":")" +
                  std::string{content} + "\"}");
    EXPECT_EQ(m.status_notify_user_names.size(), 1U);
    EXPECT_TRUE(m.real_ids.empty());
  }
}

TEST(StatusNotify51, BoundsItsList) {
  std::string names;
  for (int i = 0; i < 2000; ++i)
    names += "a,";
  auto m = read(R"({"MsgId":"1","FromUserName":"@b","MsgType":51,"StatusNotifyUserName":")" + names + "\"}");
  EXPECT_EQ(m.status_notify_user_names.size(), 1000U);
}

TEST(MsgId, IsTakenFromEitherField) {
  EXPECT_EQ(read(R"({"MsgId":"9223372036854775807","FromUserName":"@b"})").msg_id, "9223372036854775807");
  EXPECT_EQ(read(R"({"MsgId":4330000000000000001,"FromUserName":"@b"})").msg_id, "4330000000000000001");
  EXPECT_EQ(read(R"({"MsgId":"","NewMsgId":18446744073709551615,"FromUserName":"@b"})").msg_id,
            "18446744073709551615");
}

TEST(MsgId, MustBeANumber) {
  for (auto json : {R"({"FromUserName":"@b"})", R"({"MsgId":"","FromUserName":"@b"})",
                    R"({"MsgId":"-1","FromUserName":"@b"})", R"({"MsgId":"1 ","FromUserName":"@b"})",
                    R"({"MsgId":1.5,"FromUserName":"@b"})", R"({"MsgId":["1"],"FromUserName":"@b"})",
                    R"({"MsgId":"111111111111111111111","FromUserName":"@b"})"})
    EXPECT_FALSE(read_message(boost::json::parse(json).as_object(), self_name)) << json;
}

TEST(Message, TakesFieldsOfAWrongTypeForEmpty) {
  auto m =
      read(R"({"MsgId":"1","FromUserName":"@b","ToUserName":[],"MsgType":{},"Content":{},"CreateTime":"x",)"
           R"("SubMsgType":1e99,"AppMsgType":true})");
  EXPECT_EQ(m.msg_type, 0);
  EXPECT_EQ(m.create_time, 0);
  EXPECT_EQ(m.sub_msg_type, 0);
}

TEST(Message, KeepsItsTimeWithinReason) {
  auto time_of = [](std::string_view text) {
    return read(R"({"MsgId":"1","FromUserName":"@b","CreateTime":)" + std::string{text} + "}").create_time;
  };
  EXPECT_EQ(time_of("\"1700000000\""), 1700000000);
  EXPECT_EQ(time_of("-1"), 0);
  EXPECT_EQ(time_of("9223372036854775807"), 0);
  EXPECT_EQ(time_of("1e300"), 0);
}

TEST(Mentions, EndWithASpaceOrTheText) {
  EXPECT_TRUE(mentions("@bot\u2005hello", "bot"));
  EXPECT_TRUE(mentions("hello @bot", "bot"));
  EXPECT_TRUE(mentions("@bot hello", "bot"));
  EXPECT_TRUE(mentions("@bot\nhello", "bot"));
  EXPECT_TRUE(mentions("@bots and @bot", "bot"));
  EXPECT_TRUE(mentions("a@@bot", "bot"));
}

TEST(Mentions, AreNotOtherNames) {
  EXPECT_FALSE(mentions("@bots", "bot"));
  EXPECT_FALSE(mentions("bot", "bot"));
  EXPECT_FALSE(mentions("@ bot", "bot"));
  EXPECT_FALSE(mentions("@", ""));
  EXPECT_FALSE(mentions("", "bot"));
}

} // namespace
} // namespace weixin::webwx
