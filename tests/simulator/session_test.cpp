#include "tests/simulator/simulated_client.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace weixin::simulator {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct SimulatedSession : testing::Test {
  simulated_service service;
  simulated_client client{service};
  void SetUp() override { client.go_online(); }

  int init_with(boost::json::object base) {
    return ret_of(client.post("webwxinit", {{"BaseRequest", std::move(base)}}));
  }
};

TEST_F(SimulatedSession, FindsNothingWrongWithAGoodClient) {
  (void)client.sync();
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedSession, AnswersSynccheckWithoutCookiesWith1102) {
  client.cookies.clear();
  EXPECT_EQ(client.check_now(), "window.synccheck={retcode:\"1102\",selector:\"0\"}");
  EXPECT_EQ(service.violations(violation_kind::missing_cookie), 1U);
}

TEST_F(SimulatedSession, RefusesCookiesOfAnotherSession) {
  client.cookies["wxsid"] = "other";
  EXPECT_EQ(ret_of(client.post("webwxinit")), 1102);
  EXPECT_EQ(service.violations(violation_kind::wrong_cookie), 1U);
}

TEST_F(SimulatedSession, CountsAMissingDataTicketCookie) {
  client.cookies.erase("webwx_data_ticket");
  EXPECT_EQ(ret_of(client.post("webwxinit")), 0);
  EXPECT_EQ(service.violations(violation_kind::missing_cookie), 1U);
}

TEST_F(SimulatedSession, DoesNotKnowAnUnknownSid) {
  client.sid = client.cookies["wxsid"] = "unknown";
  EXPECT_EQ(ret_of(client.post("webwxinit")), 1100);
  EXPECT_EQ(service.violations(), 0U) << "a client may remember a session the service has forgotten";
}

TEST_F(SimulatedSession, RefusesAWrongSkey) {
  client.skey = "@crypt_0_0";
  EXPECT_EQ(ret_of(client.post("webwxinit")), 1101);
  EXPECT_EQ(service.violations(violation_kind::stale_skey), 1U);
}

TEST_F(SimulatedSession, TakesTheUinAsANumberAndAsAString) {
  auto base = client.base_request();
  base["Uin"] = client.uin;
  EXPECT_EQ(init_with(base), 0);
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedSession, CountsADeviceIdOfAnotherForm) {
  auto base = client.base_request();
  for (std::string_view id : {"", "e12345", "e12345678901234x", "123456789012345"}) {
    base["DeviceID"] = id;
    EXPECT_EQ(init_with(base), 0) << "the service is known not to check it";
  }
  EXPECT_EQ(service.violations(violation_kind::bad_device_id), 4U);
}

TEST_F(SimulatedSession, CountsABodyWithoutBaseRequest) {
  EXPECT_EQ(ret_of(client.call("POST", client.entry, client.target("webwxinit", "r=1"), "{}")), 1102);
  EXPECT_EQ(service.violations(violation_kind::bad_base_request), 1U);
}

TEST_F(SimulatedSession, TakesPassTicketEncodedZeroToTwoTimes) {
  auto raw = client.pass_ticket;
  for (const auto& value : {raw, encode(raw), encode(encode(raw)), std::string{"undefined"}})
    (void)client.call("POST", client.entry, client.target("webwxinit", "pass_ticket=" + value),
                      R"({"BaseRequest":{"Uin":)" + client.uin + R"(,"Sid":")" + client.sid +
                          R"(","Skey":")" + client.skey + R"(","DeviceID":"e123456789012345"}})");
  EXPECT_EQ(service.violations(), 0U);
  client.pass_ticket = "another";
  EXPECT_EQ(ret_of(client.post("webwxinit")), 0) << "it is not enforced";
  EXPECT_EQ(service.violations(violation_kind::bad_pass_ticket), 1U);
}

TEST_F(SimulatedSession, AnswersAWrongPushHostWith1100WithoutBlame) {
  client.entry = "wx2.qq.com";
  EXPECT_THAT(client.check_now(), HasSubstr("1100"));
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedSession, BlamesASynccheckOnTheEntryHost) {
  auto id =
      client.send("GET", client.entry,
                  client.target("synccheck", "skey=" + encode(client.skey) + "&sid=" + encode(client.sid) +
                                                 "&uin=" + client.uin + "&deviceid=e123456789012345"));
  EXPECT_THAT(service.answered(id)->response.body, HasSubstr("1100"));
  EXPECT_EQ(service.violations(violation_kind::wrong_host), 1U);
}

TEST_F(SimulatedSession, AnswersOnlyOnThePushHostThatWasSet) {
  service.core.state().user(1)->push_host = "webpush.weixin.qq.com";
  EXPECT_THAT(client.check_now(), HasSubstr("1100"));
}

TEST_F(SimulatedSession, RefusesAnotherEntryHost) {
  client.entry = "wx2.qq.com";
  EXPECT_EQ(ret_of(client.post("webwxinit")), 1100);
  EXPECT_EQ(service.violations(violation_kind::wrong_host), 1U);
}

TEST_F(SimulatedSession, EndsWithTheCodeItWasGiven) {
  for (int code : {1100, 1101, 1102}) {
    client.go_online();
    EXPECT_EQ(service.core.end_sessions(1, code, service.now), 1U);
    EXPECT_EQ(ret_of(client.post("webwxinit")), code);
  }
}

TEST_F(SimulatedSession, EndsByLogout) {
  auto a = client.call("POST", client.entry,
                       client.target("webwxlogout", "redirect=1&type=0&skey=" + encode(client.skey)));
  EXPECT_EQ(a.response.status, 301);
  EXPECT_TRUE(client.cookies["wxsid"].empty());
  EXPECT_TRUE(service.core.state().user(1)->session->ended);
}

TEST_F(SimulatedSession, EndsAfterTooLongASilenceWhenThatIsSet) {
  service.core.state().options.session_idle_limit = 5min;
  service.advance(6min);
  EXPECT_EQ(ret_of(client.post("webwxinit")), 1101);
}

TEST_F(SimulatedSession, KeepsTheOldSkeyGoodForAMinuteAfterARotation) {
  auto old = client.skey;
  EXPECT_EQ(service.core.rotate_keys(1, service.now), 1U);
  auto o = client.sync();
  EXPECT_EQ(text_of(o, "SKey"), client.skey);
  EXPECT_NE(client.skey, old);
  client.skey = old;
  EXPECT_EQ(ret_of(client.post("webwxinit")), 0);
  service.advance(61s);
  EXPECT_EQ(ret_of(client.post("webwxinit")), 1101);
}

TEST_F(SimulatedSession, RotatesTheSkeyEverySoManySyncs) {
  service.core.state().options.rotate_skey_every = 2;
  auto old = client.skey;
  (void)client.sync();
  EXPECT_EQ(client.skey, old);
  (void)client.sync();
  EXPECT_NE(client.skey, old);
}

TEST_F(SimulatedSession, CountsWhatDoesNotExist) {
  EXPECT_EQ(client.call("GET", "example.org", "/jslogin").response.status, 421);
  EXPECT_EQ(client.call("GET", "wx.qq.com", "/cgi-bin/mmwebwx-bin/webwxnothing").response.status, 404);
  EXPECT_EQ(client.call("GET", "wx.qq.com", "/jslogin").response.status, 404) << "a login host's endpoint";
  EXPECT_EQ(client.call("GET", "wx.qq.com", "/cgi-bin/mmwebwx-bin/webwxsync").response.status, 405);
  EXPECT_EQ(service.violations(violation_kind::unknown_host), 1U);
  EXPECT_EQ(service.violations(violation_kind::unknown_endpoint), 1U);
  EXPECT_EQ(service.violations(violation_kind::wrong_host), 1U);
  EXPECT_EQ(service.violations(violation_kind::wrong_method), 1U);
}

TEST_F(SimulatedSession, CountsAUserAgentThatIsNoBrowser) {
  auto r = client.make("GET", "wx.qq.com", "/");
  r.headers[1].value = "curl/8";
  EXPECT_TRUE(service.answered(service.ask(r)));
  EXPECT_EQ(service.violations(violation_kind::bad_user_agent), 1U);
}

TEST_F(SimulatedSession, CompressesLargeJsonForClientsThatOfferGzip) {
  auto r = client.make("POST", client.entry, client.target("webwxinit", "r=1"),
                       R"({"BaseRequest":{"Uin":)" + client.uin + R"(,"Sid":")" + client.sid +
                           R"(","Skey":")" + client.skey + R"(","DeviceID":"e123456789012345"}})");
  auto plain = service.answered(service.ask(r));
  r.headers.push_back({"Accept-Encoding", "gzip"});
  auto packed = service.answered(service.ask(r));
  EXPECT_LT(packed->response.body.size(), plain->response.body.size() / 3);
  EXPECT_EQ(find_header(packed->response.headers, "Content-Encoding"), "gzip");
}

TEST(SimulatedService, RepeatsItselfForTheSameSeeds) {
  auto play = [] {
    simulated_service service;
    simulated_client client{service};
    client.go_online();
    (void)client.sync();
    injection what;
    what.user = 1;
    what.text = "{token}";
    EXPECT_TRUE(service.core.inject(what, service.now));
    return std::vector{client.skey, client.sid, client.self, boost::json::serialize(client.sync())};
  };
  EXPECT_EQ(play(), play());
}

TEST_F(SimulatedSession, TakesTheStatusNotifiesThatClientsSend) {
  auto notify = [&](int code) {
    return ret_of(client.post("webwxstatusnotify", {{"Code", code},
                                                    {"FromUserName", client.self},
                                                    {"ToUserName", code == 3 ? client.self : "filehelper"},
                                                    {"ClientMsgId", 1}}));
  };
  EXPECT_EQ(notify(1), 0) << "read";
  EXPECT_EQ(notify(2), 0) << "entered";
  EXPECT_EQ(notify(3), 0) << "initialised";
  EXPECT_EQ(service.violations(), 0U);
  EXPECT_EQ(notify(4), 1) << "only comes from the service";
  EXPECT_EQ(service.violations(violation_kind::bad_body), 1U);
}

TEST_F(SimulatedSession, CountsALogoutOfAnotherForm) {
  (void)client.call("GET", client.entry, client.target("webwxlogout", "skey=" + encode(client.skey)));
  EXPECT_EQ(service.violations(violation_kind::bad_query), 1U);
  EXPECT_TRUE(service.core.state().user(1)->session->ended);
}

TEST_F(SimulatedSession, RefusesAStatusNotifyForAnotherName) {
  EXPECT_EQ(ret_of(client.post(
                "webwxstatusnotify",
                {{"Code", 3}, {"FromUserName", "@old"}, {"ToUserName", "@old"}, {"ClientMsgId", 1}})),
            1);
  EXPECT_EQ(service.violations(violation_kind::unknown_user_name), 1U);
}

} // namespace
} // namespace weixin::simulator
