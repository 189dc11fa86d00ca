// After a session's end: the phone is asked to confirm, and a QR code is shown only when that leads to
// nothing.
#include "tests/support/account_tree_fixture.hpp"

namespace weixin {
namespace {

using namespace std::chrono_literals;
using supervisor::account_command;
using testing::scripted_weixin;

struct PushLogin : testing::account_tree {
  /// A login after which Weixin recognises the browser.
  void log_in_recognised() {
    start();
    weixin.next("webwxnewloginpage", tickets());
    weixin.confirm();
    time.settle();
    ASSERT_EQ(state(), "online") << reason();
  }
  http_response tickets() const {
    auto r = scripted_weixin::ok(
        "<error><ret>0</ret><message></message><skey>@crypt_skey</skey><wxsid>sid</wxsid><wxuin>" +
        std::to_string(weixin.uin) + "</wxuin><pass_ticket>ticket</pass_ticket></error>");
    for (std::string cookie : {"wxsid=sid", "webwxuvid=browser", "webwx_auth_ticket=known"})
      r.headers.emplace_back("Set-Cookie", cookie + "; Domain=wx.qq.com; Path=/");
    return r;
  }
  void offer_push() {
    weixin.next("webwxpushloginurl", scripted_weixin::ok(R"({"ret":"0","msg":"all ok","uuid":"Pushed=="})"));
  }
  void refuse_push() { weixin.next("webwxpushloginurl", scripted_weixin::ok(R"({"ret":"1","msg":"no"})")); }
  /// The session ends, and is not taken up again.
  void end_session() {
    weixin.next("webwxinit", ret(1101));
    weixin.synccheck(1101, 0);
    pass(1s);
  }
  std::string target_of_last(const std::string& endpoint) const { return weixin.last(endpoint)->target; }
};

TEST_F(PushLogin, AsksThePhoneToConfirmInsteadOfShowingACode) {
  log_in_recognised();
  offer_push();
  end_session();
  EXPECT_EQ(state(), "awaiting_confirm");
  EXPECT_EQ(reason(), "1101");
  EXPECT_FALSE(status->qr());
  EXPECT_NE(target_of_last("webwxpushloginurl").find("uin=1000001"), std::string::npos);
  weixin.confirm();
  pass(1s);
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("jslogin"), 1U) << "nobody had to scan";
}

TEST_F(PushLogin, SendsTheCookiesOfTheBrowserAndNoneOfTheDeadSession) {
  log_in_recognised();
  offer_push();
  end_session();
  std::string cookies;
  for (const auto& [name, value] : weixin.last("webwxpushloginurl")->headers)
    if (name == "Cookie") cookies = value;
  EXPECT_NE(cookies.find("webwxuvid=browser"), std::string::npos);
  EXPECT_NE(cookies.find("webwx_auth_ticket=known"), std::string::npos);
  EXPECT_EQ(cookies.find("wxsid="), std::string::npos);
}

TEST_F(PushLogin, ShowsACodeWhenWeixinOffersNone) {
  log_in_recognised();
  refuse_push();
  end_session();
  EXPECT_EQ(state(), "awaiting_scan");
  EXPECT_TRUE(status->qr());
  EXPECT_EQ(weixin.count("webwxpushloginurl"), 1U) << "who knows the account and says no is asked once";
}

TEST_F(PushLogin, AsksTheLoginHostsWhenTheEntryHostDoesNotAnswer) {
  log_in_recognised();
  weixin.next("webwxpushloginurl", unreachable());
  offer_push();
  end_session();
  EXPECT_EQ(state(), "awaiting_confirm");
  EXPECT_EQ(weixin.last("webwxpushloginurl")->host, "login.wx.qq.com");
}

TEST_F(PushLogin, ShowsACodeWhenNoHostAnswers) {
  log_in_recognised();
  for (int i = 0; i < 3; ++i)
    weixin.next("webwxpushloginurl", unreachable());
  end_session();
  EXPECT_EQ(state(), "awaiting_scan");
}

TEST_F(PushLogin, ShowsACodeWhenNobodyConfirms) {
  log_in_recognised();
  offer_push();
  end_session();
  weixin.expire();
  pass(3s);
  EXPECT_EQ(state(), "awaiting_scan");
  EXPECT_EQ(weixin.count("webwxpushloginurl"), 1U) << "the person is not asked again and again";
}

TEST_F(PushLogin, HoldsAnotherUserWhoConfirms) {
  log_in_recognised();
  offer_push();
  end_session();
  weixin.uin = 2'000'002;
  weixin.confirm();
  pass(1s);
  EXPECT_EQ(state(), "held");
  EXPECT_EQ(reason(), "different_user");
  EXPECT_FALSE(stored_session());
}

TEST_F(PushLogin, FollowsALogoutOfTheOperator) {
  log_in_recognised();
  command(account_command::logout);
  pass(1s);
  offer_push();
  command(account_command::resume);
  pass(1s);
  EXPECT_EQ(state(), "awaiting_confirm");
}

TEST_F(PushLogin, IsStillPossibleAfterARestartOfTheServer) {
  log_in_recognised();
  command(account_command::logout);
  pass(1s);
  stop(caf::exit_reason::kill);
  start_tree();
  offer_push();
  command(account_command::resume);
  pass(1s);
  EXPECT_EQ(state(), "awaiting_confirm");
}

TEST_F(PushLogin, LeavesNothingInTheStoreThatOpensTheDeadSession) {
  log_in_recognised();
  command(account_command::logout);
  pass(1s);
  auto kept = stored_session();
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->sid.empty() && kept->skey.empty() && kept->pass_ticket.empty());
  EXPECT_EQ(kept->cookies.find("wxsid"), nullptr);
  EXPECT_NE(kept->cookies.find("webwxuvid"), nullptr);
}

TEST_F(PushLogin, IsNotTriedWhenTheOperatorAsksForACode) {
  log_in_recognised();
  command(account_command::relogin);
  pass(1s);
  EXPECT_EQ(state(), "awaiting_scan");
  EXPECT_EQ(weixin.count("webwxpushloginurl"), 0U);
  EXPECT_FALSE(stored_session());
}

TEST_F(PushLogin, LeavesNothingWhenTheOperatorAsksForACodeMeanwhile) {
  log_in_recognised();
  offer_push();
  end_session();
  ASSERT_EQ(state(), "awaiting_confirm");
  command(account_command::relogin);
  pass(1s);
  EXPECT_EQ(state(), "awaiting_scan");
  EXPECT_FALSE(stored_session()) << "nor would a restart of the server push again";
}

TEST_F(PushLogin, IsNotTriedForAKickedAccount) {
  log_in_recognised();
  weixin.synccheck(1102, 0);
  pass(1s);
  ASSERT_EQ(state(), "held");
  EXPECT_FALSE(stored_session());
  command(account_command::resume);
  pass(1s);
  EXPECT_EQ(state(), "awaiting_scan");
  EXPECT_EQ(weixin.count("webwxpushloginurl"), 0U);
}

TEST_F(PushLogin, IsNotTriedWhenTheConfigurationSaysSo) {
  service->webwx.push_login = false;
  log_in_recognised();
  end_session();
  EXPECT_EQ(state(), "awaiting_scan");
  EXPECT_EQ(weixin.count("webwxpushloginurl"), 0U);
  EXPECT_FALSE(stored_session());
}

// -- another entry host
// -------------------------------------------------------------------------------------------

TEST_F(PushLogin, BeginsAnewAtTheEntryHostThatWeixinNames) {
  start();
  weixin.next("webwxnewloginpage",
              scripted_weixin::ok("<error><ret>0</ret><message></message>"
                                  "<redirecturl>https://wx2.qq.com/?lang=zh_CN</redirecturl></error>"));
  weixin.confirm();
  pass(1s);
  EXPECT_EQ(state(), "awaiting_scan");
  EXPECT_EQ(weixin.last("jslogin")->host, "login.wx2.qq.com");
  weixin.redirect_host = "wx2.qq.com";
  weixin.confirm();
  pass(1s);
  EXPECT_EQ(state(), "online");
}

TEST_F(PushLogin, DoesNotFollowFromHostToHostForEver) {
  start();
  for (int i = 0; i < 3; ++i) {
    weixin.next("webwxnewloginpage",
                scripted_weixin::ok("<error><ret>0</ret><message></message>"
                                    "<redirecturl>https://wx2.qq.com/</redirecturl></error>"));
    weixin.confirm();
    pass(3s);
  }
  EXPECT_EQ(state(), "awaiting_scan") << "a new login from the start";
  EXPECT_EQ(weixin.last("jslogin")->host, "login.wx.qq.com");
}

} // namespace
} // namespace weixin
