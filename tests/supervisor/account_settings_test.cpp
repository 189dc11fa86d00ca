// How an account reaches Weixin: as which client it logs in, and through which proxy.
#include "tests/support/account_tree_fixture.hpp"

namespace weixin {
namespace {

using namespace std::chrono_literals;
using testing::scripted_weixin;
using webwx::login_choice;

struct AccountSettings : testing::account_tree {
  AccountSettings() { service->webwx.desktop = {secret{"ZXh0c3BhbQ=="}, "2.0.0"}; }

  result<account_view> change(supervisor::account_change what) {
    result<account_view> answer = fail(errc::internal, "no answer");
    ask([&](supervisor::account_supervisor& a) {
      a.change(what, [&](result<account_view> v) { answer = std::move(v); });
    });
    return answer;
  }
  static http_response barred() {
    return scripted_weixin::ok("<error><ret>1203</ret><message>no</message></error>");
  }
  std::string header(const http_request& r, std::string_view wanted) const {
    for (const auto& [name, value] : r.headers)
      if (name == wanted) return value;
    return {};
  }
  bool asks_for_desktop() const {
    return weixin.last("jslogin")->target.find("mod%3Ddesktop") != std::string::npos;
  }
};

struct DesktopLogin : AccountSettings {};

TEST_F(DesktopLogin, SaysWhatItIsFromTheCodeToTheExchange) {
  record.settings.login = login_choice::desktop;
  log_in();
  EXPECT_TRUE(asks_for_desktop());
  const auto& exchange = *weixin.last("webwxnewloginpage");
  EXPECT_EQ(header(exchange, "extspam"), "ZXh0c3BhbQ==");
  EXPECT_EQ(header(exchange, "client-version"), "2.0.0");
  EXPECT_EQ(stored_session()->mode, webwx::login_mode::desktop);
}

TEST_F(DesktopLogin, IsNoneForAnAccountOfTheWebPage) {
  log_in();
  EXPECT_FALSE(asks_for_desktop());
  EXPECT_EQ(header(*weixin.last("webwxnewloginpage"), "extspam"), "");
}

TEST_F(DesktopLogin, IsTriedOnceWhenTheWebPageIsBarred) {
  record.settings.login = login_choice::web_then_desktop;
  start();
  EXPECT_FALSE(asks_for_desktop());
  weixin.next("webwxnewloginpage", barred());
  weixin.confirm();
  time.settle();
  EXPECT_EQ(state(), "awaiting_scan") << "with a new code";
  EXPECT_TRUE(asks_for_desktop());
  weixin.confirm();
  time.settle();
  EXPECT_EQ(state(), "online") << reason();
}

TEST_F(DesktopLogin, IsNotTriedTwice) {
  record.settings.login = login_choice::web_then_desktop;
  start();
  for (int i = 0; i < 2; ++i) {
    weixin.next("webwxnewloginpage", barred());
    weixin.confirm();
    time.settle();
  }
  EXPECT_EQ(state(), "held");
  EXPECT_EQ(reason(), "barred");
  EXPECT_EQ(weixin.count("jslogin"), 2U);
}

TEST_F(DesktopLogin, IsNotTriedUnlessTheOperatorSaysSo) {
  start();
  weixin.next("webwxnewloginpage", barred());
  weixin.confirm();
  time.settle();
  EXPECT_EQ(state(), "held");
  EXPECT_EQ(weixin.count("jslogin"), 1U);
}

TEST_F(DesktopLogin, IsNotTriedWithoutItsToken) {
  service->webwx.desktop = {};
  record.settings.login = login_choice::web_then_desktop;
  start();
  weixin.next("webwxnewloginpage", barred());
  weixin.confirm();
  time.settle();
  EXPECT_EQ(state(), "held");
}

TEST_F(DesktopLogin, IsTakenUpByTheNextLoginWhenItIsChosenLater) {
  log_in();
  auto v = change({.login = login_choice::desktop});
  ASSERT_TRUE(v);
  EXPECT_EQ(v->login, "desktop");
  EXPECT_EQ(state(), "online") << "the session goes on";
  EXPECT_EQ(stored_record().settings.login, login_choice::desktop);
  command(supervisor::account_command::relogin);
  pass(1s);
  EXPECT_TRUE(asks_for_desktop());
}

struct AccountProxy : AccountSettings {
  static constexpr const char* url = "socks5://anna:canary@proxy.example.com:1080";
  static constexpr const char* shown = "socks5://proxy.example.com:1080";
};

TEST_F(AccountProxy, IsUsedFromTheStart) {
  record.settings.proxy = secret{url};
  start();
  ASSERT_FALSE(weixin.proxies.empty());
  EXPECT_EQ(weixin.proxies.front(), shown) << "before any request";
  EXPECT_EQ(status->view().proxy, shown) << "without credentials";
}

TEST_F(AccountProxy, CanBeSetAndTakenAwayWithoutANewLogin) {
  log_in();
  auto v = change({.proxy = secret{url}});
  ASSERT_TRUE(v);
  EXPECT_EQ(v->proxy, shown);
  EXPECT_EQ(weixin.proxies.back(), shown);
  EXPECT_EQ(stored_record().settings.proxy.reveal(), url);
  ASSERT_TRUE(change({.proxy = secret{}}));
  EXPECT_EQ(weixin.proxies.back(), "");
  EXPECT_EQ(status->view().proxy, "");
  EXPECT_EQ(state(), "online");
  EXPECT_EQ(weixin.count("jslogin"), 1U);
}

TEST_F(AccountProxy, IsKeptOverARestart) {
  log_in();
  ASSERT_TRUE(change({.proxy = secret{url}}));
  restart();
  EXPECT_EQ(weixin.proxies.back(), shown);
}

TEST_F(AccountProxy, IsLeftAloneByOtherChanges) {
  log_in();
  ASSERT_TRUE(change({.proxy = secret{url}}));
  auto told = weixin.proxies.size();
  ASSERT_TRUE(change({.bots = std::vector<std::string>{}}));
  EXPECT_EQ(weixin.proxies.size(), told);
  EXPECT_EQ(status->view().proxy, shown);
}

TEST_F(AccountProxy, ThatNobodyCanReadLeadsNowhereInsteadOfAroundIt) {
  record.settings.proxy = secret{"not a url"};
  start();
  EXPECT_EQ(weixin.proxies.back(), "http://settings-unreadable.invalid:1");
}

TEST_F(AccountProxy, TellsWhatItDidUntilAPollGoesThrough) {
  record.settings.proxy = secret{url};
  log_in();
  weixin.answer_waiting("synccheck", fail(errc::proxy_failed, "synccheck: the proxy answers 502"));
  time.settle();
  EXPECT_EQ(status->view().proxy_error, "synccheck: the proxy answers 502");
  pass(2min);
  EXPECT_EQ(status->view().proxy_error, "");
}

TEST_F(AccountProxy, IsTriedWhenItIsSet) {
  log_in();
  weixin.next("connection", fail(errc::proxy_failed, "proxy_check: the proxy answers 407"));
  ASSERT_TRUE(change({.proxy = secret{url}}));
  time.settle();
  EXPECT_EQ(weixin.last("connection")->host, "wx.qq.com");
  EXPECT_EQ(status->view().proxy_error, "proxy_check: the proxy answers 407");
  EXPECT_TRUE(status->view().proxy_checked_at);
  ASSERT_TRUE(change({.proxy = secret{"http://other.example.com:3128"}}));
  time.settle();
  EXPECT_EQ(status->view().proxy_error, "") << "the other one works";
}

TEST_F(AccountProxy, IsTriedEveryFiveMinutesWhileTheAccountRests) {
  record.settings.proxy = secret{url};
  log_in();
  command(supervisor::account_command::pause);
  weixin.next("connection", fail(errc::proxy_failed, "proxy_check: the proxy answers 502"));
  pass(5min + 30s);
  EXPECT_EQ(weixin.count("connection"), 1U);
  EXPECT_EQ(status->view().proxy_error, "proxy_check: the proxy answers 502");
  EXPECT_EQ(state(), "stopped");
  pass(5min + 30s);
  EXPECT_EQ(weixin.count("connection"), 2U);
  EXPECT_EQ(status->view().proxy_error, "");
}

TEST_F(AccountProxy, IsNotTriedWhilePollsShowThatItWorks) {
  record.settings.proxy = secret{url};
  log_in();
  pass(20min);
  EXPECT_EQ(weixin.count("connection"), 0U);
  EXPECT_TRUE(status->view().proxy_checked_at);
}

TEST_F(AccountProxy, IsNotBlamedForWhatATrialOfTheOneBeforeItMet) {
  log_in();
  weixin.hold("connection");
  ASSERT_TRUE(change({.proxy = secret{url}}));
  ASSERT_TRUE(change({.proxy = secret{"http://other.example.com:3128"}}));
  weixin.answer_waiting("connection", fail(errc::proxy_failed, "proxy_check: the proxy answers 502"));
  time.settle();
  EXPECT_EQ(status->view().proxy_error, "");
}

TEST_F(AccountProxy, IsNotBlamedForWhatGoesWrongBeyondIt) {
  log_in();
  weixin.next("connection", fail(errc::tls_failed, "proxy_check: certificate expired"));
  ASSERT_TRUE(change({.proxy = secret{url}}));
  time.settle();
  EXPECT_EQ(status->view().proxy_error, "");
  EXPECT_FALSE(status->view().proxy_checked_at);
}

TEST_F(AccountProxy, MakesAnAccountDegradedAndNoMoreThanThat) {
  record.settings.proxy = secret{url};
  log_in();
  for (int i = 0; i < 200; ++i)
    weixin.next("webwxsync", fail(errc::proxy_failed, "the proxy answers 502"));
  weixin.next("synccheck", fail(errc::proxy_failed, "the proxy answers 502"));
  pass(90s);
  EXPECT_EQ(state(), "degraded");
  EXPECT_EQ(reason(), "proxy_failed");
}

} // namespace
} // namespace weixin
