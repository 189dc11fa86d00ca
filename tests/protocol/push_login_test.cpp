#include "protocol/webwx/push_login.hpp"
#include "tests/protocol/request_case.hpp"

namespace weixin::webwx {
namespace {

std::string outcome(std::string body, int status = 200) {
  auto r = parse_push_login(answer(std::move(body), status));
  return r ? *r : to_string(r.error());
}

TEST(PushLogin, GivesTheUuidInEveryStyle) {
  EXPECT_EQ(outcome(R"({"ret": "0", "msg": "all ok", "uuid": "Synth=="})"), "Synth==");
  EXPECT_EQ(outcome(R"({"ret":0,"msg":"all ok","uuid":"Synth=="})"), "Synth==");
  EXPECT_EQ(outcome("{'ret':'0','msg':'all ok','uuid':'Synth=='}"), "Synth==");
}

TEST(PushLogin, IsRefusedByAnyOtherRet) {
  EXPECT_EQ(outcome(R"({"ret": "1", "msg": "device authinfo invalid"})"),
            "login_refused 1: webwxpushloginurl");
}

TEST(PushLogin, RefusesWhatIsNoAnswer) {
  EXPECT_EQ(outcome(""), "malformed_answer: webwxpushloginurl: empty body");
  EXPECT_EQ(outcome("<html>"), "malformed_answer: webwxpushloginurl: a page instead of an answer");
  EXPECT_EQ(outcome("{}"), "malformed_answer: webwxpushloginurl: no ret");
  EXPECT_EQ(outcome(R"({"ret": "0"})"), "malformed_answer: webwxpushloginurl: no uuid");
  EXPECT_EQ(outcome("{}", 404), "http_status 404: webwxpushloginurl");
}

struct PushLoginRequest : request_case {};

TEST_F(PushLoginRequest, SaysThatItIsTheDesktopClient) {
  auto previous = s;
  previous.mode = login_mode::desktop;
  EXPECT_EQ(make_push_login(previous).target, path + "webwxpushloginurl?uin=1234567890&mod=desktop");
}

TEST_F(PushLoginRequest, TriesTheEntryHostBeforeTheLoginHosts) {
  EXPECT_EQ(push_login_hosts(s),
            (std::vector<std::string>{"wx2.qq.com", "login.wx2.qq.com", "login.weixin.qq.com"}));
  auto unknown = s;
  unknown.host.login = "login.weixin.qq.com";
  EXPECT_EQ(push_login_hosts(unknown), (std::vector<std::string>{"wx2.qq.com", "login.weixin.qq.com"}));
  EXPECT_EQ(make_push_login(s, "login.weixin.qq.com").host, "login.weixin.qq.com");
}

TEST_F(PushLoginRequest, NeedsTheCookiesOfAnEarlierLogin) {
  auto previous = s;
  EXPECT_FALSE(can_push_login(previous));
  previous.cookies.store("wx2.qq.com", {{"Set-Cookie", "webwxuvid=v; Domain=wx2.qq.com"}});
  EXPECT_FALSE(can_push_login(previous));
  previous.cookies.store("wx2.qq.com", {{"Set-Cookie", "webwx_auth_ticket=t; Domain=wx2.qq.com"}});
  EXPECT_TRUE(can_push_login(previous));
  previous.uin = 0;
  EXPECT_FALSE(can_push_login(previous));
}

// -- what is kept of a session
// ----------------------------------------------------------------------------------------

TEST_F(PushLoginRequest, NeedsTheCookiesByWhichWeixinRecognisesTheBrowser) {
  auto unknown = s;
  unknown.cookies = {};
  EXPECT_FALSE(retired(unknown));
}

TEST_F(PushLoginRequest, KeepsTheBrowserAndNothingThatOpensTheSession) {
  auto ended = s;
  ended.cookies.store(s.host.entry,
                      {{"Set-Cookie", "webwxuvid=browser; Domain=" + s.host.entry + "; Path=/"},
                       {"Set-Cookie", "webwx_auth_ticket=known; Domain=" + s.host.entry + "; Path=/"},
                       {"Set-Cookie", "wxsid=sid; Domain=" + s.host.entry + "; Path=/"}});
  auto kept = retired(ended);
  ASSERT_TRUE(kept);
  EXPECT_TRUE(is_retired(*kept));
  EXPECT_FALSE(is_retired(ended));
  EXPECT_TRUE(kept->pass_ticket.empty() && kept->user_name.empty() && kept->keys.sync_key.empty());
  EXPECT_EQ(kept->cookies.find("wxsid"), nullptr);
  EXPECT_NE(kept->cookies.find("webwxuvid"), nullptr);
  EXPECT_EQ(kept->uin, ended.uin);
  EXPECT_EQ(kept->device_id, ended.device_id) << "the same browser";
  EXPECT_EQ(kept->user_agent, ended.user_agent);
  EXPECT_EQ(make_push_login(*kept).target, make_push_login(ended).target);
  EXPECT_EQ(retired(*kept), kept);
}

TEST_F(PushLoginRequest, ReadsWhatIsKeptBackFromTheStore) {
  auto ended = s;
  ended.cookies.store(s.host.entry,
                      {{"Set-Cookie", "webwxuvid=browser; Domain=" + s.host.entry + "; Path=/"},
                       {"Set-Cookie", "webwx_auth_ticket=known; Domain=" + s.host.entry + "; Path=/"}});
  auto kept = retired(ended);
  ASSERT_TRUE(kept);
  auto read = session_from_json(to_json(*kept));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, *kept);
}

} // namespace
} // namespace weixin::webwx
