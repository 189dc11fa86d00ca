#include "protocol/webwx/hosts.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace weixin::webwx {
namespace {

TEST(Hosts, FollowTheTableForEveryEntryHost) {
  for (std::string entry : {"wx.qq.com", "wx2.qq.com", "wx8.qq.com", "web.wechat.com", "web2.wechat.com"}) {
    EXPECT_EQ(hosts_for_entry(entry), (hosts{entry, "login." + entry, "file." + entry, "webpush." + entry}));
  }
}

TEST(Hosts, GiveAnUnknownEntryHostTheLastRow) {
  EXPECT_EQ(hosts_for_entry("example.org"),
            (hosts{"example.org", "login.weixin.qq.com", "file.wx.qq.com", "webpush.weixin.qq.com"}));
}

TEST(PushCandidates, BeginWithTheEntrysOwn) {
  EXPECT_EQ(push_candidates(hosts_for_entry("wx.qq.com")),
            (std::vector<std::string>{"webpush.wx.qq.com", "webpush.wx2.qq.com", "webpush.wx8.qq.com",
                                      "webpush.web2.wechat.com", "webpush.web.wechat.com",
                                      "webpush.weixin.qq.com"}));
}

TEST(PushCandidates, StayTheSameWhileTheProbeReplacesThePushHost) {
  auto h = hosts_for_entry("web.wechat.com");
  auto before = push_candidates(h);
  h.push = before.back();
  EXPECT_EQ(push_candidates(h), before);
}

TEST(KnownHosts, AreExactlyThoseOfTheTable) {
  for (auto known : {"wx.qq.com", "login.weixin.qq.com", "login.wx.qq.com", "file.wx8.qq.com",
                     "webpush.web2.wechat.com", "webpush.weixin.qq.com"})
    EXPECT_TRUE(is_known_host(known)) << known;
  for (auto other : {"", "qq.com", "xwx.qq.com", "wx.qq.com.example.org", "WX.qq.com", "wx.qq.com:443",
                     "wx.qq.com.", "weixin.qq.com", "127.0.0.1"})
    EXPECT_FALSE(is_known_host(other)) << other;
}

TEST(PushCandidates, AreKnownHosts) {
  for (const auto& host : push_candidates(hosts{}))
    EXPECT_TRUE(is_known_host(host)) << host;
}

TEST(RedirectUri, GivesHostAndTarget) {
  auto r = parse_redirect_uri("https://wx2.qq.com/cgi-bin/mmwebwx-bin/"
                              "webwxnewloginpage?ticket=T@qrticket_0&uuid=U==&lang=zh_CN&scan=1");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->host, "wx2.qq.com");
  EXPECT_EQ(r->target,
            "/cgi-bin/mmwebwx-bin/webwxnewloginpage?ticket=T@qrticket_0&uuid=U==&lang=zh_CN&scan=1");
}

TEST(RedirectUri, MayNamePort443) { EXPECT_TRUE(parse_redirect_uri("https://wx.qq.com:443/a?b=c")); }

TEST(RedirectUri, LosesItsFragment) {
  EXPECT_EQ(parse_redirect_uri("https://wx.qq.com/a?b=c#d")->target, "/a?b=c");
}

class HostileRedirectUri : public testing::TestWithParam<std::string> {};

TEST_P(HostileRedirectUri, IsRefused) {
  auto r = parse_redirect_uri(GetParam());
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::host_not_allowed);
  EXPECT_EQ(r.error().context.find("ticket"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    AllKinds, HostileRedirectUri,
    testing::Values("", "wx.qq.com", "//wx.qq.com/a", "/a", "http://wx.qq.com/a?ticket=1",
                    "ftp://wx.qq.com/a", "javascript:alert(1)", "https://", "https:///a", "https://wx.qq.com",
                    "https://wx.qq.com:8443/a", "https://wx.qq.com:/a", "https://wx.qq.com:0443/a",
                    "https://a@wx.qq.com/a", "https://a:b@wx.qq.com/a", "https://wx.qq.com@example.org/a",
                    "https://@wx.qq.com/a", "https://127.0.0.1/a", "https://[::1]/a",
                    "https://[::ffff:127.0.0.1]/a", "https://2130706433/a", "https://0x7f000001/a",
                    "https://localhost/a", "https://example.org/a?ticket=1", "https://example.org/wx.qq.com",
                    "https://wx.qq.com.example.org/a", "https://evilwx.qq.com/a", "https://a.wx.qq.com/a",
                    "https://login.wx.qq.com/a", "https://webpush.wx.qq.com/a", "https://file.wx.qq.com/a",
                    "https://qq.com/a", "https://wx.qq.com./a", "https://WX.QQ.COM/a",
                    "https://wx%2eqq.com/a", "https://wx.qq.com%2f@example.org/a",
                    "https://wx.qq.com\\@example.org/a", "https://wx.qq.com\t/a", "https://wx.qq.com/a b",
                    "https://wx.qq.com/a\r\nX: y", " https://wx.qq.com/a", "https://wx.qq.com/\xE4\xBD\xA0",
                    "https://ｗｘ.qq.com/a", "https:wx.qq.com/a",
                    "https://wx.qq.com/" + std::string(5000, 'a'), std::string("https://wx.qq.com/\0a", 20)));

TEST(RedirectUri, IsCompleteOrRefusedWhereverItIsCutOff) {
  const std::string whole = "https://wx.qq.com/cgi-bin/x?ticket=T";
  for (std::size_t n = 0; n < whole.size(); ++n) {
    auto r = parse_redirect_uri(whole.substr(0, n));
    if (r) {
      EXPECT_EQ(r->host, "wx.qq.com") << n;
    }
  }
}

} // namespace
} // namespace weixin::webwx
