#include "protocol/webwx/logout.hpp"
#include "protocol/webwx/push_login.hpp"
#include "tests/protocol/fixtures.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

TEST(Logout, DoesNotLookAtTheBody) {
  for (int status : {200, 301, 302})
    for (auto body : {"", "<html>", "{\"BaseResponse\":{\"Ret\":1101}}"})
      EXPECT_TRUE(parse_logout(answer(body, status)));
}

TEST(Logout, ReportsAFailure) {
  EXPECT_EQ(to_string(parse_logout(answer("", 500)).error()), "http_status 500: webwxlogout");
  EXPECT_FALSE(parse_logout(answer("", 404)));
}

TEST(Logout, SaysWhetherTheSessionHadEndedBefore) {
  auto s = sample_session();
  for (int ret : {0, 1100, -1})
    EXPECT_EQ(query_value(make_logout(s, ret), "type"), "0") << ret;
  for (int ret : {1101, 1102, 1205})
    EXPECT_EQ(query_value(make_logout(s, ret), "type"), "1") << ret;
}

TEST(Logout, LeavesWhatAPushLoginNeeds) {
  auto s = sample_session();
  s.cookies.store("wx2.qq.com", {{"Set-Cookie", "webwxuvid=v; Domain=wx2.qq.com"},
                                 {"Set-Cookie", "webwx_auth_ticket=t; Domain=wx2.qq.com"},
                                 {"Set-Cookie", "wxsid=sid; Domain=wx2.qq.com"}});
  auto left = after_logout(s);
  EXPECT_TRUE(can_push_login(left));
  EXPECT_EQ(left.uin, s.uin);
  EXPECT_EQ(left.device_id, s.device_id);
  EXPECT_EQ(left.user_agent, s.user_agent);
  EXPECT_EQ(left.host, s.host);
  EXPECT_TRUE(left.sid.empty());
  EXPECT_TRUE(left.skey.empty());
  EXPECT_TRUE(left.pass_ticket.empty());
  EXPECT_TRUE(left.keys.sync_key.empty());
  EXPECT_EQ(left.cookies.find("wxsid"), nullptr);
  EXPECT_EQ(left.cookies.find("webwx_data_ticket"), nullptr);
}

} // namespace
} // namespace weixin::webwx
