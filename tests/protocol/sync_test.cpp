#include "protocol/webwx/sync.hpp"
#include "tests/protocol/fixtures.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

sync_answer read(std::string body) {
  auto a = parse_sync(answer(std::move(body)), self_name);
  if (!a) {
    ADD_FAILURE() << to_string(a.error());
    return {};
  }
  return std::move(*a);
}

std::string error_text(std::string body, int status = 200) {
  auto a = parse_sync(answer(std::move(body), status), self_name);
  return a ? "(no error)" : to_string(a.error());
}

TEST(Sync, KeepsTheMessagesInTheirOrder) {
  auto a = read(fixture("webwxsync_messages.json"));
  ASSERT_EQ(a.messages.size(), 8U);
  for (std::size_t i = 0; i < a.messages.size(); ++i) {
    EXPECT_EQ(a.messages[i].msg_id, std::to_string(4330000000000000010 + i));
    EXPECT_EQ(a.messages[i].parsed.msg_id, a.messages[i].msg_id);
  }
  EXPECT_EQ(a.set_aside, 0U);
}

TEST(Sync, KeepsEveryMessageAsItCame) {
  auto body = fixture("webwxsync_messages.json");
  for (const auto& m : read(body).messages)
    EXPECT_NE(body.find(m.raw), std::string::npos);
}

TEST(Sync, KeepsARepairedMessageAsValidJson) {
  auto a = read(with_ret(0, ",\"AddMsgList\":[{\"MsgId\":\"1\",\"FromUserName\":\"@a\",\"MsgType\":1,"
                            "\"Content\":\"x\ny\x85\\ud83d\"}]"));
  ASSERT_EQ(a.messages.size(), 1U);
  EXPECT_EQ(a.messages[0].parsed.text, "x\ny\xEF\xBF\xBD\xEF\xBF\xBD");
  boost::json::error_code ec;
  boost::json::parse(a.messages[0].raw, ec);
  EXPECT_FALSE(ec);
}

TEST(Sync, TellsWhichContactsChanged) {
  auto a = read(fixture("webwxsync_messages.json"));
  ASSERT_EQ(a.mod_contacts.size(), 1U);
  EXPECT_EQ(a.mod_contacts[0].remark_name, "新备注");
  EXPECT_EQ(a.del_contacts, std::vector<std::string>{cedar});
}

TEST(Sync, TellsWhetherMoreIsWaiting) {
  EXPECT_TRUE(read(fixture("webwxsync_status_notify.json")).continue_flag);
  EXPECT_FALSE(read(fixture("webwxsync_messages.json")).continue_flag);
}

TEST(Sync, MovesBothKeysAndTheSkey) {
  auto s = sample_session();
  apply(s, read(fixture("webwxsync_messages.json")));
  EXPECT_EQ(s.keys.sync_key.to_query(),
            "1_700000001|2_700000111|3_700000003|11_700000011|201_1700000109|1000_1700000001");
  EXPECT_EQ(s.keys.sync_check_key.pairs[4], (std::pair<int, std::int64_t>{201, 1700000110}));
  EXPECT_EQ(s.skey, secret{"@crypt_4567abcd_ffeeddccbbaa99887766554433221100"});
}

TEST(Sync, TakesTheAccountsNewName) {
  auto named = [](const std::string& profile) {
    auto s = sample_session();
    s.nick_name = "before";
    apply(s, read(R"({"BaseResponse":{"Ret":0},"AddMsgList":[],"Profile":)" + profile + "}"));
    return s.nick_name;
  };
  EXPECT_EQ(named(R"({"BitFlag":190,"UserName":{"Buff":"@5e1f"},"NickName":{"Buff":"小店 &amp; Co"}})"),
            "小店 & Co");
  EXPECT_EQ(named(R"({"BitFlag" : 8,"NickName":{"Buff":"after"}})"), "after");
  for (auto unchanged :
       {R"({"BitFlag":0,"NickName":{"Buff":"x"}})", R"({"BitFlag":190,"NickName":{"Buff":""}})",
        R"({"BitFlag":190,"NickName":"x"})", R"({"BitFlag":"0","NickName":{"Buff":"x"}})",
        R"({"NickName":{"Buff":"x"}})", R"({"BitFlag":190})", "7", "null", "[]"})
    EXPECT_EQ(named(unchanged), "before") << unchanged;
}

TEST(Sync, KeepsKeysThatTheAnswerDoesNotReplace) {
  for (auto rest :
       {"", R"(,"SyncKey":{"Count":0,"List":[]},"SyncCheckKey":{"Count":0,"List":[]},"SKey":"")",
        R"(,"SyncKey":{"Count":0,"List":[{"Key":1,"Val":1}]})", R"(,"SyncKey":null,"SyncCheckKey":7)",
        R"(,"SyncKey":{"Count":1,"List":[{"Key":1}]},"SyncCheckKey":{"Count":1,"List":[1]})",
        R"(,"SyncKey":{"Count":2,"List":[{"Key":1,"Val":1},{"Key":"x","Val":1}]})",
        R"(,"SyncKey":{"Count":1,"List":[{"Key":1,"Val":99999999999999999999}]})"}) {
    auto s = sample_session();
    apply(s, read(with_ret(0, rest)));
    EXPECT_EQ(s, sample_session()) << rest;
  }
}

TEST(Sync, RefusesAKeyWithTooManyPairs) {
  std::string list = R"({"Key":1,"Val":1})";
  for (std::size_t i = 0; i < sync_key_list::max_pairs; ++i)
    list += R"(,{"Key":1,"Val":1})";
  EXPECT_TRUE(read(with_ret(0, R"(,"SyncKey":{"Count":65,"List":[)" + list + "]}")).sync_key.empty());
}

TEST(Sync, ReadsKeysThatAreStrings) {
  auto a =
      read(with_ret(0, R"(,"SyncKey":{"Count":"1","List":[{"Key":"1","Val":"700"}]},"ContinueFlag":"1")"));
  EXPECT_EQ(a.sync_key.to_query(), "1_700");
  EXPECT_TRUE(a.continue_flag);
}

TEST(Sync, SetsABrokenEntryAsideAndKeepsTheRest) {
  auto a = read(
      with_ret(0, R"(,"AddMsgList":[{"MsgId":"1","FromUserName":"@a"},"text",{"MsgId":NaN},{},)"
                  R"({"MsgId":"x1","FromUserName":"@a"},{"MsgId":"0","FromUserName":"@a"},null,)"
                  R"({"MsgId":"7"},{"MsgId":"2","FromUserName":"@a"}],)"
                  R"("ModContactList":[5,{"UserName":"@c"}],"DelContactList":[{"UserName":"@d"},"x",{}])"));
  ASSERT_EQ(a.messages.size(), 2U);
  EXPECT_EQ(a.messages[1].msg_id, "2");
  EXPECT_EQ(a.mod_contacts.size(), 1U);
  EXPECT_EQ(a.del_contacts.size(), 1U);
  EXPECT_EQ(a.set_aside, 7U + 1U + 2U);
}

TEST(Sync, SetsAnEntryAsideThatIsTooDeep) {
  std::string deep = R"({"MsgId":"1","FromUserName":"@a","X":)" + std::string(100'000, '[') +
                     std::string(100'000, ']') + "}";
  auto a = read(with_ret(0, ",\"AddMsgList\":[" + deep + R"(,{"MsgId":"2","FromUserName":"@a"}])"));
  EXPECT_EQ(a.messages.size(), 1U);
  EXPECT_EQ(a.set_aside, 1U);
}

TEST(Sync, DoesNotHoldBackMessagesForListsOfContactsThatAreNone) {
  auto a = read(with_ret(
      0, R"(,"AddMsgList":[{"MsgId":"1","FromUserName":"@a"}],"ModContactList":1,"DelContactList":{})"));
  EXPECT_EQ(a.messages.size(), 1U);
  EXPECT_EQ(a.set_aside, 2U);
}

TEST(Sync, NamesTheGroupsWhoseMembersChangedWhateverElseIsSaidOfThem) {
  auto a = read(with_ret(
      0, R"(,"ModChatRoomMemberList":[{"UserName":"@@a","MemberCount":3},{"UserName":"@person"},{},5])"));
  EXPECT_EQ(a.changed_groups, std::vector<std::string>{"@@a"});
  EXPECT_EQ(a.set_aside, 0U) << "a hint to ask: nothing is lost with one that cannot be read";
  EXPECT_TRUE(read(with_ret(0, R"(,"ModChatRoomMemberList":3)")).changed_groups.empty());
}

TEST(Sync, RefusesAListOfMessagesThatIsNone) {
  EXPECT_EQ(error_text(with_ret(0, R"(,"AddMsgList":{"a":1})")), "malformed_answer: webwxsync: broken JSON");
}

TEST(Sync, ReportsRets) {
  EXPECT_EQ(error_text(fixture("webwxsync_session_ended.json")), "session_ended 1101: webwxsync");
  EXPECT_EQ(error_text(with_ret(1205)), "too_frequent 1205: webwxsync");
  EXPECT_EQ(error_text(with_ret(-1)), "server_error -1: webwxsync");
  EXPECT_EQ(error_text(R"({"BaseResponse":{"Ret":"1102"}})"), "session_ended 1102: webwxsync");
}

TEST(Sync, RefusesWhatIsNoAnswer) {
  EXPECT_EQ(error_text(""), "malformed_answer: webwxsync: empty body");
  EXPECT_EQ(error_text("\xEF\xBB\xBF"), "malformed_answer: webwxsync: broken JSON");
  EXPECT_EQ(error_text(" <!doctype HTML><html>"), "malformed_answer: webwxsync: a page instead of an answer");
  EXPECT_EQ(error_text("[]"), "malformed_answer: webwxsync: broken JSON");
  EXPECT_EQ(error_text("{}"), "malformed_answer: webwxsync: no BaseResponse");
  EXPECT_EQ(error_text(R"({"BaseResponse":{}})"), "malformed_answer: webwxsync: no Ret");
  EXPECT_EQ(error_text(R"({"BaseResponse":{"Ret":1e400}})"), "malformed_answer: webwxsync: no Ret");
  EXPECT_EQ(error_text(R"({"BaseResponse":{"Ret":0.5}})"), "malformed_answer: webwxsync: no Ret");
  EXPECT_EQ(error_text(fixture("webwxsync_messages.json"), 502), "http_status 502: webwxsync");
}

} // namespace
} // namespace weixin::webwx
