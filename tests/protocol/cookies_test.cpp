#include "protocol/webwx/cookies.hpp"
#include "protocol/webwx/set_cookie.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace weixin::webwx {
namespace {

struct CookieJar : testing::Test {
  void set(std::string_view host, std::string value) { jar.store(host, {{"Set-Cookie", std::move(value)}}); }
  std::string sent(std::string_view host, std::string_view target = "/cgi-bin/x?a=b") const {
    return jar.header_for(host, target);
  }
  std::string value(std::string_view name) const {
    const auto* c = jar.find(name);
    return c == nullptr ? "(none)" : c->value.reveal();
  }

  cookie_jar jar;
};

TEST_F(CookieJar, SendsAnEntryHostsCookieToItsPushAndFileHosts) {
  set("wx.qq.com", "wxsid=s1; Domain=wx.qq.com; Path=/; Expires=Sun, 22-Nov-2026 18:55:44 GMT; Secure");
  for (auto host : {"wx.qq.com", "webpush.wx.qq.com", "file.wx.qq.com"})
    EXPECT_EQ(sent(host), "wxsid=s1") << host;
}

TEST_F(CookieJar, SendsAParentDomainCookieToEverySubdomain) {
  set("wx2.qq.com", "webwx_data_ticket=t; Domain=.qq.com; Path=/");
  for (auto host : {"qq.com", "wx2.qq.com", "file.wx.qq.com", "webpush.weixin.qq.com"})
    EXPECT_EQ(sent(host), "webwx_data_ticket=t") << host;
  EXPECT_EQ(sent("web.wechat.com"), "");
  EXPECT_EQ(sent("evilqq.com"), "");
}

TEST_F(CookieJar, SendsACookieWithoutDomainOnlyBack) {
  set("wx.qq.com", "a=b");
  EXPECT_EQ(sent("wx.qq.com"), "a=b");
  EXPECT_EQ(sent("webpush.wx.qq.com"), "");
}

TEST_F(CookieJar, RefusesForeignDomains) {
  for (auto domain :
       {"example.org", "web.wechat.com", "webpush.wx.qq.com", "x.qq.com", "q.com", "com", ".com", "qq.com."})
    set("wx.qq.com", "a=b; Domain=" + std::string{domain});
  EXPECT_TRUE(jar.entries().empty());
}

TEST_F(CookieJar, RefusesADomainThatOnlyLooksLikeAParentOfAnAddress) {
  set("10.0.0.1", "a=b; Domain=0.0.1");
  EXPECT_TRUE(jar.entries().empty());
}

TEST_F(CookieJar, ComparesDomainsWithoutRegardToCase) {
  set("wx.qq.com", "a=b; DOMAIN=WX.QQ.COM");
  EXPECT_EQ(sent("webpush.wx.qq.com"), "a=b");
}

TEST_F(CookieJar, ReplacesAValueByTheNewest) {
  set("wx.qq.com", "wxsid=old; Domain=wx.qq.com; Path=/");
  set("wx.qq.com", "wxsid=new; Domain=wx.qq.com; Path=/");
  EXPECT_EQ(sent("wx.qq.com"), "wxsid=new");
}

TEST_F(CookieJar, KeepsTheSameNameOfTwoDomainsApart) {
  set("wx.qq.com", "wxuin=1; Domain=wx.qq.com; Path=/");
  set("wx.qq.com", "wxuin=2; Domain=.qq.com; Path=/");
  EXPECT_EQ(sent("wx.qq.com"), "wxuin=1; wxuin=2");
  EXPECT_EQ(sent("wx2.qq.com"), "wxuin=2");
  EXPECT_EQ(value("wxuin"), "2");
}

TEST_F(CookieJar, SendsCookiesPastTheirExpiry) {
  set("wx.qq.com", "wxsid=s; Domain=wx.qq.com; Expires=Thu, 01-Jan-1970 00:00:00 GMT");
  EXPECT_EQ(sent("wx.qq.com"), "wxsid=s");
}

TEST_F(CookieJar, ForgetsAnEmptyValueThatHasExpired) {
  set("wx.qq.com", "wxsid=s; Domain=wx.qq.com; Path=/");
  set("wx.qq.com", "wxsid=; Domain=wx.qq.com; Path=/; Expires=Thu, 01-Jan-1970 00:00:00 GMT");
  EXPECT_TRUE(jar.entries().empty());
}

TEST_F(CookieJar, KnowsWhatHasExpiredByTheAnswersOwnDate) {
  set("wx.qq.com", "wxsid=s; Path=/");
  jar.store("wx.qq.com", {{"date", "Sat, 02 Jan 2027 00:00:00 GMT"},
                          {"set-cookie", "wxsid=; Path=/; Expires=Fri, 01 Jan 2027 00:00:00 GMT"}});
  EXPECT_TRUE(jar.entries().empty());
}

TEST_F(CookieJar, ForgetsOnMaxAgeZero) {
  set("wx.qq.com", "wxsid=s");
  set("wx.qq.com", "wxsid=s; Max-Age=0");
  EXPECT_TRUE(jar.entries().empty());
}

TEST_F(CookieJar, KeepsAnEmptyValueThatHasNotExpired) {
  set("wx.qq.com", "a=; Expires=Fri, 01-Jan-2100 00:00:00 GMT");
  EXPECT_EQ(sent("wx.qq.com"), "a=");
}

TEST_F(CookieJar, ObeysPaths) {
  set("wx.qq.com", "a=1; Path=/cgi-bin");
  set("wx.qq.com", "b=2; Path=/");
  EXPECT_EQ(sent("wx.qq.com", "/cgi-bin/x?q=/other"), "a=1; b=2");
  EXPECT_EQ(sent("wx.qq.com", "/cgi-bin?x"), "a=1; b=2");
  EXPECT_EQ(sent("wx.qq.com", "/cgi-binary"), "b=2");
}

TEST_F(CookieJar, TakesARelativePathForTheRoot) {
  set("wx.qq.com", "a=1; Path=cgi-bin");
  EXPECT_EQ(sent("wx.qq.com", "/"), "a=1");
}

TEST_F(CookieJar, KeepsValuesWithEqualSigns) {
  set("wx.qq.com", "t=CIsBEDsS6oN==; Path=/");
  EXPECT_EQ(value("t"), "CIsBEDsS6oN==");
}

TEST_F(CookieJar, IgnoresWhatIsNoCookie) {
  for (auto text : {"", ";", "=", "=b", "novalue", "  =x; Path=/", "a\r\nb=c", "a=b\r\nX-Evil: 1", "a=b\x01"})
    set("wx.qq.com", text);
  set("wx.qq.com", std::string("a=b\0c", 5));
  EXPECT_TRUE(jar.entries().empty());
}

TEST_F(CookieJar, IgnoresWhatWouldNotComeBackFromTheStore) {
  for (auto value : {"a=\xF6", "a\xFF=1", "a=\xED\xA0\x80"})
    EXPECT_FALSE(parse_set_cookie("wx.qq.com", value, std::nullopt));
  EXPECT_FALSE(parse_set_cookie("", "a=1", std::nullopt)) << "of no host";
  auto cut = parse_set_cookie("wx.qq.com", "a=1; Path=/\xF6", std::nullopt);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->what.path, "/");
}

TEST_F(CookieJar, IgnoresCookiesThatAreTooLarge) {
  set("wx.qq.com", "a=" + std::string(cookie_jar::max_cookie_bytes, 'x'));
  EXPECT_TRUE(jar.entries().empty());
}

TEST_F(CookieJar, HoldsFiftyCookiesOfWhichTheOldestGoes) {
  for (int i = 0; i < 51; ++i)
    set("wx.qq.com", "c" + std::to_string(i) + "=v");
  EXPECT_EQ(jar.entries().size(), cookie_jar::max_cookies);
  EXPECT_EQ(value("c0"), "(none)");
  EXPECT_EQ(value("c50"), "v");
}

TEST_F(CookieJar, ASetAgainCookieIsNotTheOldest) {
  for (int i = 0; i < 50; ++i)
    set("wx.qq.com", "c" + std::to_string(i) + "=v");
  set("wx.qq.com", "c0=w");
  set("wx.qq.com", "c50=v");
  EXPECT_EQ(value("c0"), "w");
  EXPECT_EQ(value("c1"), "(none)");
}

TEST_F(CookieJar, KeepsForAPushLoginOnlyWhatItNeeds) {
  for (auto name : {"wxuin", "wxsid", "webwx_data_ticket", "webwxuvid", "webwx_auth_ticket", "mm_lang"})
    set("wx.qq.com", std::string{name} + "=v");
  jar.retain_push_login();
  EXPECT_EQ(sent("wx.qq.com"), "wxuin=v; webwxuvid=v; webwx_auth_ticket=v; mm_lang=v");
}

TEST_F(CookieJar, ComesBackFromJsonAsItWas) {
  set("wx.qq.com",
      "wxsid=a\"b/+\\; Domain=wx.qq.com; Path=/x; Secure; Expires=Sun, 22-Nov-2026 18:55:44 GMT");
  set("wx.qq.com", "host=only");
  auto back = cookie_jar::from_json(jar.to_json());
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, jar);
  EXPECT_EQ(back->entries()[0].expires, 1795373744);
}

TEST_F(CookieJar, RefusesJsonThatIsNone) {
  for (auto text : {"", "{}", "[1]", "[{}]", R"([{"name":"a"}])",
                    R"([{"name":"a","value":"","domain":"d","path":"x","host_only":true,"secure":true}])",
                    R"([{"name":"a","value":"","domain":"d","path":"/","host_only":1,"secure":true}])"}) {
    auto back = cookie_jar::from_json(secret{text});
    ASSERT_FALSE(back) << text;
    EXPECT_EQ(back.error().code, errc::store_corrupt);
  }
}

TEST_F(CookieJar, PutsItsCookiesIntoARequest) {
  set("wx.qq.com", "a=b; Domain=wx.qq.com");
  http_request to_push{"GET", "webpush.wx.qq.com", "/cgi-bin/synccheck?x=y", {}, ""};
  EXPECT_EQ(find_header(with_cookies(to_push, jar).headers, "cookie"), "a=b");
  http_request elsewhere{"GET", "web.wechat.com", "/", {}, ""};
  EXPECT_TRUE(with_cookies(elsewhere, jar).headers.empty());
}

TEST_F(CookieJar, LendsAnEntryHostsCookiesToAPushHostThatIsTried) {
  set("wx.qq.com", "wxsid=s1; Domain=wx.qq.com; Path=/");
  http_request tried;
  tried.host = "webpush.wx2.qq.com";
  tried.target = "/cgi-bin/mmwebwx-bin/synccheck";
  auto sent = with_cookies_of("wx.qq.com", tried, jar);
  EXPECT_EQ(sent.host, "webpush.wx2.qq.com");
  EXPECT_EQ(find_header(sent.headers, "cookie"), "wxsid=s1");
}

TEST(HttpDate, ReadsBothFormsInUse) {
  EXPECT_EQ(parse_http_date("Sun, 22-Nov-2026 18:55:44 GMT"), 1795373744);
  EXPECT_EQ(parse_http_date("Sun, 22 Nov 2026 18:55:44 GMT"), 1795373744);
  EXPECT_EQ(parse_http_date("Thu, 01-Jan-70 00:00:00 GMT"), 0);
}

TEST(HttpDate, KnowsEveryMonthInAnyCase) {
  constexpr std::array months{"Jan", "feb", "MAR", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (unsigned m = 1; m <= months.size(); ++m) {
    std::chrono::sys_days first{std::chrono::year{2026} / std::chrono::month{m} / std::chrono::day{1}};
    EXPECT_EQ(parse_http_date("Sun, 01-" + std::string{months[m - 1]} + "-2026 00:00:00 GMT"),
              std::chrono::seconds{first.time_since_epoch()}.count())
        << months[m - 1];
  }
}

TEST(HttpDate, IsNothingForAnythingElse) {
  for (auto text : {"", ",", "Sun", "Sun, 31-Feb-2026 00:00:00 GMT", "Sun, 22-Foo-2026 18:55:44 GMT",
                    "Sun, 22-Nov-2026", "Sun, 22-Nov-2026 25:00:00 GMT",
                    "Sun, 22-Nov-99999999999 00:00:00 GMT", "Sun, -1-Nov-2026 x:y:z GMT"})
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
}

} // namespace
} // namespace weixin::webwx
