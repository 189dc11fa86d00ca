#include "protocol/webwx/init.hpp"
#include "tests/protocol/fixtures.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

TEST(Init, TellsWhoTheAccountIs) {
  auto a = parse_init(answer_of("webwxinit.json"));
  ASSERT_TRUE(a);
  EXPECT_EQ(a->uin, 1234567890);
  EXPECT_EQ(a->user_name, self_name);
  EXPECT_EQ(a->nick_name, "测试机器人 🤖");
  EXPECT_EQ(a->invite_start_count, 40);
  EXPECT_EQ(a->skey, secret{"@crypt_0123abcd_00112233445566778899aabbccddeeff"});
  EXPECT_EQ(a->sync_key.to_query(), "1_700000001|2_700000102|3_700000003|1000_1700000001");
  EXPECT_EQ(a->set_aside, 0U);
}

TEST(Init, ListsRecentChats) {
  auto a = parse_init(answer_of("webwxinit.json"));
  ASSERT_EQ(a->contacts.size(), 3U);
  EXPECT_EQ(a->contacts[0].kind, contact_kind::special);
  EXPECT_EQ(a->contacts[1].kind, contact_kind::group);
  EXPECT_EQ(a->chat_set, (std::vector<std::string>{"filehelper", firs, elms, alder}))
      << "each once, no empty one";
}

TEST(Init, GoesIntoTheSession) {
  session s;
  s.skey = secret{"of the login"};
  apply(s, *parse_init(answer_of("webwxinit.json")));
  EXPECT_EQ(s.user_name, self_name);
  EXPECT_EQ(s.skey, secret{"@crypt_0123abcd_00112233445566778899aabbccddeeff"});
  EXPECT_EQ(s.keys.sync_key, s.keys.sync_check_key);
  EXPECT_EQ(s.keys.sync_key.pairs.size(), 4U);
}

TEST(Init, KeepsTheKeysOfASessionThatIsResumed) {
  auto s = sample_session();
  auto keys = s.keys;
  apply(s, *parse_init(answer_of("webwxinit.json")), true);
  EXPECT_EQ(s.keys, keys);
}

TEST(Init, KeepsTheLoginsSkeyWhenItHasNone) {
  init_answer a;
  session s;
  s.skey = secret{"of the login"};
  apply(s, a);
  EXPECT_EQ(s.skey, secret{"of the login"});
}

TEST(Init, ReportsADeadSession) {
  for (int ret : {1100, 1101, 1102}) {
    auto a = parse_init(answer(with_ret(ret)));
    ASSERT_FALSE(a);
    EXPECT_EQ(a.error().code, errc::session_ended);
    EXPECT_EQ(a.error().ret, ret);
  }
}

TEST(Init, NeedsAUserAndASyncKey) {
  const std::string user = R"(,"User":{"UserName":"@a","NickName":"n"})";
  const std::string key = R"(,"SyncKey":{"Count":1,"List":[{"Key":1,"Val":2}]})";
  EXPECT_TRUE(parse_init(answer(with_ret(0, user + key))));
  for (const auto& rest : {user, key, user + R"(,"SyncKey":{"Count":0,"List":[]})",
                           R"(,"User":{"NickName":"n"})" + key, R"(,"User":[])" + key}) {
    auto a = parse_init(answer(with_ret(0, rest)));
    ASSERT_FALSE(a) << rest;
    EXPECT_EQ(a.error().code, errc::malformed_answer);
  }
}

TEST(Init, TakesAnInviteStartCountOnlyWithinReason) {
  const std::string rest =
      R"(,"User":{"UserName":"@a"},"SyncKey":{"List":[{"Key":1,"Val":2}]},"InviteStartCount":)";
  EXPECT_EQ(parse_init(answer(with_ret(0, rest + "100")))->invite_start_count, 100);
  for (auto count : {"0", "-1", "99999999999", "\"x\"", "null"})
    EXPECT_EQ(parse_init(answer(with_ret(0, rest + count)))->invite_start_count, 40) << count;
}

TEST(StatusNotify, IsGoodWithRetZero) {
  EXPECT_TRUE(parse_status_notify(answer_of("webwxstatusnotify.json")));
}

TEST(StatusNotify, ReportsADeadSession) {
  EXPECT_EQ(to_string(parse_status_notify(answer(with_ret(1101))).error()),
            "session_ended 1101: webwxstatusnotify");
}

} // namespace
} // namespace weixin::webwx
