#include "tests/simulator/simulated_client.hpp"

#include <gmock/gmock.h>

namespace weixin::simulator {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

struct SimulatedLogin : testing::Test {
  simulated_service service;
  simulated_client client{service};

  std::string body(exchange_id id) {
    auto a = service.answered(id);
    return a ? a->response.body : "held";
  }
};

TEST_F(SimulatedLogin, HandsOutAUuidInJavascript) {
  EXPECT_THAT(client.jslogin(), testing::Not(testing::IsEmpty()));
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedLogin, RefusesAnUnknownAppId) {
  auto a = client.call("GET", "login.wx.qq.com", "/jslogin?appid=wx0&fun=new");
  EXPECT_THAT(a.response.body, HasSubstr("code = 400"));
  EXPECT_EQ(service.violations(violation_kind::bad_query), 1U);
}

TEST_F(SimulatedLogin, TakesJsloginAsAPostedForm) {
  auto r =
      client.make("POST", "login.weixin.qq.com", "/jslogin", "appid=wx782c26e4c19acffb&fun=new&lang=zh_CN");
  r.headers.back().value = "application/x-www-form-urlencoded";
  EXPECT_THAT(body(service.ask(r)), HasSubstr("code = 200"));
}

TEST_F(SimulatedLogin, HoldsAPollUntilNobodyScanned) {
  client.jslogin();
  auto poll = client.poll_login(1);
  service.advance(24'999ms);
  EXPECT_EQ(body(poll), "held");
  service.advance(1ms);
  EXPECT_EQ(body(poll), "window.code=408;");
}

TEST_F(SimulatedLogin, WakesThePollWithTheAvatarWhenSomebodyScans) {
  client.jslogin();
  auto poll = client.poll_login(1);
  ASSERT_TRUE(service.core.scan(client.uuid, 1, service.now));
  EXPECT_THAT(body(poll), StartsWith("window.code=201;window.userAvatar = 'data:img/jpg;base64,/9j/"));
}

TEST_F(SimulatedLogin, RepeatsTheScanForTipOneAndHoldsForTipZero) {
  client.jslogin();
  ASSERT_TRUE(service.core.scan(client.uuid, 1, service.now));
  EXPECT_THAT(body(client.poll_login(1)), HasSubstr("201"));
  EXPECT_THAT(body(client.poll_login(1)), HasSubstr("201"));
  EXPECT_EQ(body(client.poll_login(0)), "held");
}

TEST_F(SimulatedLogin, AnswersTheRedirectUriWhenConfirmed) {
  client.jslogin();
  ASSERT_TRUE(service.core.scan(client.uuid, 1, service.now));
  (void)body(client.poll_login(1));
  auto poll = client.poll_login(0);
  ASSERT_TRUE(service.core.confirm(client.uuid, service.now));
  auto text = body(poll);
  EXPECT_THAT(text, HasSubstr("window.code=200;"));
  EXPECT_THAT(text, HasSubstr("https://wx.qq.com/cgi-bin/mmwebwx-bin/webwxnewloginpage?ticket="));
}

TEST_F(SimulatedLogin, IsSentToAnotherEntryHostOnce) {
  service.core.state().user(1)->moved_to = "wx2.qq.com";
  client.log_in();
  auto a = client.exchange();
  EXPECT_THAT(a.response.body, HasSubstr("<ret>1201</ret>")) << "the code was used";
  EXPECT_EQ(client.skey, "");
  EXPECT_FALSE(service.core.state().user(1)->session);
  client.go_online();
  EXPECT_EQ(client.entry, "wx2.qq.com");
  EXPECT_EQ(service.core.state().user(1)->logins, 1U);
}

TEST_F(SimulatedLogin, NamesTheOtherEntryHostAtTheExchange) {
  client.log_in();
  service.core.state().user(1)->moved_to = "web2.wechat.com";
  auto a = client.exchange();
  EXPECT_THAT(a.response.body, HasSubstr("<ret>0</ret>"));
  EXPECT_THAT(a.response.body, HasSubstr("<redirecturl>https://web2.wechat.com/?lang=zh_CN</redirecturl>"));
  EXPECT_THAT(headers_of(a, "Set-Cookie"), testing::IsEmpty());
}

TEST_F(SimulatedLogin, SaysOnceThatThePersonCancelled) {
  client.jslogin();
  ASSERT_TRUE(service.core.scan(client.uuid, 1, service.now));
  ASSERT_TRUE(service.core.cancel(client.uuid, service.now));
  EXPECT_EQ(body(client.poll_login(0)), "window.code=202;");
  EXPECT_EQ(body(client.poll_login(0)), "window.code=400;");
}

TEST_F(SimulatedLogin, ExpiresAUuidAtTheEndOfItsLife) {
  client.jslogin();
  service.advance(239s);
  auto poll = client.poll_login(1);
  service.advance(1s);
  EXPECT_EQ(body(poll), "window.code=400;");
}

TEST_F(SimulatedLogin, AnswersAnUnknownUuidLikeAnExpiredOne) {
  client.uuid = "nobody==";
  EXPECT_EQ(body(client.poll_login(1)), "window.code=400;");
}

TEST_F(SimulatedLogin, ExchangesTheTicketForASessionWithCookiesOfBothDomains) {
  client.log_in();
  EXPECT_THAT(client.skey, StartsWith("@crypt_"));
  EXPECT_THAT(client.pass_ticket, HasSubstr("%2B")) << "already percent-encoded";
  EXPECT_EQ(client.cookies["wxsid"], client.sid);
  auto again = client.exchange();
  EXPECT_THAT(headers_of(again, "Set-Cookie"), Contains(HasSubstr("Domain=wx.qq.com")));
  EXPECT_THAT(headers_of(again, "Set-Cookie"),
              Contains(testing::AllOf(StartsWith("webwx_data_ticket="), HasSubstr("Domain=.qq.com"))));
}

TEST_F(SimulatedLogin, AnswersThreeHundredAndOneToAPlainRequest) {
  client.log_in();
  EXPECT_EQ(client.exchange("").response.status, 301);
  EXPECT_FALSE(client.skey.empty()) << "the body is the XML all the same";
  EXPECT_EQ(client.exchange("&fun=new").response.status, 200);
}

TEST_F(SimulatedLogin, GivesANewSessionWithNewNamesForAReusedTicket) {
  client.go_online();
  auto old_name = client.self;
  auto old_sid = client.sid;
  client.exchange();
  EXPECT_NE(client.sid, old_sid);
  client.init();
  EXPECT_NE(client.self, old_name);
}

TEST_F(SimulatedLogin, RefusesATicketAfterItsLifetime) {
  client.log_in();
  service.advance(301s);
  EXPECT_THAT(client.exchange().response.body, HasSubstr("<ret>1201</ret>"));
}

TEST_F(SimulatedLogin, RefusesTheExchangeOnAnotherHost) {
  client.log_in();
  auto path = client.redirect.substr(std::string{"https://wx.qq.com"}.size());
  auto a = client.call("GET", "wx2.qq.com", path + "&fun=new");
  EXPECT_THAT(a.response.body, HasSubstr("<ret>1201</ret>"));
  EXPECT_EQ(service.violations(violation_kind::wrong_host), 1U);
}

TEST_F(SimulatedLogin, EndsTheFirstSessionWhenTheUserLogsInAgain) {
  client.go_online();
  (void)client.sync();
  auto poll = client.check();
  simulated_client second{service};
  second.go_online();
  EXPECT_EQ(body(poll), "window.synccheck={retcode:\"1101\",selector:\"0\"}");
  EXPECT_EQ(ret_of(client.post("webwxinit")), 1101);
  EXPECT_EQ(ret_of(second.post("webwxinit")), 0);
}

TEST_F(SimulatedLogin, DropsTheSessionOfAClientThatPollsOnceOnline) {
  client.go_online();
  EXPECT_EQ(body(client.poll_login(0)), "window.code=400;");
  EXPECT_EQ(service.violations(violation_kind::late_login_poll), 1U);
  EXPECT_EQ(ret_of(client.post("webwxinit")), 1101);
}

TEST_F(SimulatedLogin, BarsAUserFromTheWeb) {
  service.core.state().user(1)->policy = login_policy::barred;
  client.log_in();
  EXPECT_TRUE(client.sid.empty());
  auto a = client.exchange();
  EXPECT_THAT(a.response.body, HasSubstr("<ret>1203</ret>"));
}

TEST_F(SimulatedLogin, LetsADesktopUserInOnlyInDesktopMode) {
  service.core.state().user(1)->policy = login_policy::desktop_only;
  client.log_in();
  EXPECT_TRUE(client.sid.empty()) << "plain web";

  client.jslogin(
      "&redirect_uri=https%3A%2F%2Fwx.qq.com%2Fcgi-bin%2Fmmwebwx-bin%2Fwebwxnewloginpage%3Fmod%3Ddesktop");
  ASSERT_TRUE(service.core.scan(client.uuid, 1, service.now));
  ASSERT_TRUE(service.core.confirm(client.uuid, service.now));
  auto text = body(client.poll_login(0));
  EXPECT_THAT(text, HasSubstr("&mod=desktop"));
  auto from = text.find("/cgi-bin");
  auto r = client.make("GET", "wx.qq.com", text.substr(from, text.find('"', from) - from));
  EXPECT_THAT(body(service.ask(r)), HasSubstr("<html>")) << "without the desktop headers";
  r.headers.push_back({"client-version", "2.0.0"});
  r.headers.push_back({"extspam", "opaque"});
  service.core.state().options.extspam = "another";
  EXPECT_THAT(body(service.ask(r)), HasSubstr("<html>")) << "with a token that is not the service's";
  r.headers.back().value = "an{other}";
  service.core.state().options.extspam.clear();
  EXPECT_THAT(body(service.ask(r)), HasSubstr("<html>")) << "with a token that is none";
  r.headers.back().value = "opaque";
  EXPECT_THAT(body(service.ask(r)), HasSubstr("<ret>0</ret>"));
  EXPECT_EQ(service.violations(violation_kind::bad_query), 3U);
}

TEST_F(SimulatedLogin, OffersPushLoginToAKnownBrowser) {
  client.go_online();
  service.core.end_sessions(1, 1101, service.now);
  auto a = client.call("GET", "wx.qq.com", client.target("webwxpushloginurl", "uin=" + client.uin));
  auto o = json_of(a);
  EXPECT_EQ(text_of(o, "ret"), "0");
  client.uuid = text_of(o, "uuid");
  EXPECT_THAT(body(client.poll_login(1)), HasSubstr("201"));
  ASSERT_TRUE(service.core.confirm(client.uuid, service.now));
  EXPECT_THAT(body(client.poll_login(0)), HasSubstr("window.code=200;"));
}

TEST_F(SimulatedLogin, RefusesPushLoginWithoutTheBrowsersCookies) {
  client.go_online();
  client.cookies.erase("webwx_auth_ticket");
  auto a = client.call("GET", "wx.qq.com", client.target("webwxpushloginurl", "uin=" + client.uin));
  EXPECT_EQ(text_of(json_of(a), "ret"), "1");
}

TEST_F(SimulatedLogin, SendsAUserToItsOwnEntryHost) {
  service.core.state().user(1)->entry_host = "wx2.qq.com";
  client.go_online();
  EXPECT_EQ(client.entry, "wx2.qq.com");
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedLogin, DrawsADifferentSessionEveryTime) {
  client.log_in();
  auto keys = std::vector{client.skey, client.sid, client.pass_ticket};
  client.log_in();
  EXPECT_NE(client.skey, keys[0]);
  EXPECT_NE(client.sid, keys[1]);
  EXPECT_NE(client.pass_ticket, keys[2]);
}

TEST(SimulatedLoginWithCanaries, PutsTheCanaryIntoEverySecretAndName) {
  simulator_options options;
  options.canary = "CANARY";
  simulated_service service{options};
  simulated_client client{service};
  client.go_online();
  for (const auto& secret :
       {client.skey, client.sid, client.pass_ticket, client.redirect, client.cookies["webwx_data_ticket"],
        client.cookies["webwxuvid"], client.cookies["webwx_auth_ticket"], service.core.state().user(1)->nick})
    EXPECT_THAT(secret, HasSubstr("CANARY"));
}

} // namespace
} // namespace weixin::simulator
