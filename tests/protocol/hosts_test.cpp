#include "protocol/webwx/hosts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <utility>
#include <vector>

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

// What else somebody may try who can choose the address, for every entry host.

using strings = std::vector<std::string>;

/// `text` with the first `from` replaced.
std::string with(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

strings hosts_that_look_right(const std::string& host) {
  strings all;
  // Longer and shorter names.
  for (std::string_view before : {"evil", "x.", "-", ".", "www.", "login.", "file.", "webpush."})
    all.push_back(std::string{before} + host);
  for (std::string_view behind : {".", "..", ".example", "x", "-x", ".cn", ".localdomain", "_", ",example"})
    all.push_back(host + std::string{behind});
  all.push_back(host.substr(host.find('.') + 1));
  all.push_back(host.substr(1));
  all.push_back(with(host, ".", ".."));
  all.push_back(with(host, ".", "-"));
  // Another spelling of the same letters.
  auto upper = host;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  all.push_back(upper);
  all.push_back("W" + host.substr(1));
  for (std::string_view encoded : {"%2e", "%2E", "%252e", "%00.", ".%00", "%0a.", "%20."})
    all.push_back(with(host, ".", encoded));
  all.push_back("%77" + host.substr(1));
  // Other letters and dots that look like these: Cyrillic, full width, ideographic; what is not seen at all.
  for (auto [from, to] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{{"w", "\xD1\xA1"},
                                                                            {"w", "\xEF\xBD\x97"},
                                                                            {".", "\xE3\x80\x82"},
                                                                            {".", "\xEF\xBC\x8E"},
                                                                            {".", "\xEF\xBD\xA1"},
                                                                            {".", "\xC2\xAD."},
                                                                            {".", "\xE2\x80\x8B."},
                                                                            {".", "\xE2\x80\xAE."}})
    all.push_back(with(host, from, to));
  all.push_back("xn--" + host);
  // Other hosts behind what a careless reader takes for the end of the name.
  for (std::string_view between :
       {"@", "%40", "%2f@", "%2523@", "%5c@", "\\@", "\\", "%2f.", "%3f.", "%23.", ";@", "&@"})
    all.push_back(host + std::string{between} + "example.org");
  // User info, and what may hide it.
  for (std::string_view before :
       {"a@", "a:b@", ":@", "@", "%61@", "a%40b@", "example.org@", "example.org:443@", "example.org%2f@",
        "example.org\\@", "example.org;@", "[::1]@"})
    all.push_back(std::string{before} + host);
  for (std::string_view port : {":",
                                ":0",
                                ":1",
                                ":80",
                                ":0443",
                                ":4430",
                                ":444",
                                ":8443",
                                ":65535",
                                ":65536",
                                ":65979",
                                ":4294967739",
                                ":-1",
                                ":+443",
                                ":443a",
                                ":0x1bb",
                                ":443:443",
                                ":%34%34%33",
                                ":443@example.org",
                                ":\xEF\xBC\x94\xEF\xBC\x94\xEF\xBC\x93"})
    all.push_back(host + std::string{port});
  return all;
}

strings hostile_uris() {
  strings all;
  for (std::string host : {"wx.qq.com", "wx2.qq.com", "wx8.qq.com", "web.wechat.com", "web2.wechat.com"}) {
    const std::string rest = host + "/cgi-bin/mmwebwx-bin/webwxnewloginpage?ticket=SECRET";
    for (const auto& name : hosts_that_look_right(host))
      all.push_back("https://" + name + "/a?ticket=SECRET");
    for (std::string_view scheme : {"http://",
                                    "HTTPS://",
                                    "Https://",
                                    "httpss://",
                                    "https2://",
                                    "https+unix://",
                                    "shttp://",
                                    "ws://",
                                    "wss://",
                                    "ftp://",
                                    "file://",
                                    "data:",
                                    "javascript:",
                                    "javascript://",
                                    "blob:https://",
                                    "view-source:https://",
                                    "https:",
                                    "https:/",
                                    "https:///",
                                    "https:////",
                                    "https:\\\\",
                                    "https:/\\",
                                    "https:\\/",
                                    "https//",
                                    "://",
                                    "//",
                                    "/",
                                    "",
                                    "%68ttps://",
                                    "https%3a//",
                                    "https:%2f%2f",
                                    "https: //",
                                    "h\tttps://",
                                    "https\n://",
                                    "\xEF\xBB\xBFhttps://"})
      all.push_back(std::string{scheme} + rest);
    // One hostile byte, wherever it stands.
    for (char byte : {'\0', '\t', '\n', '\r', '\x0B', '\x1B', ' ', '\x7F', '\x80', '\xFF', '"', '<', '>',
                      '\\', '^', '`', '{', '|', '}'})
      for (auto at : {std::size_t{0}, std::size_t{8}, 8 + host.find('.'), 8 + host.size(), 8 + rest.size()})
        all.push_back(std::string{"https://" + rest}.insert(at, 1, byte));
    // No path, where a name ends otherwise.
    for (std::string_view end : {"", "?", "#", "?/a?ticket=SECRET", "#/a?ticket=SECRET", ";/a", "\\a"})
      all.push_back("https://" + host + std::string{end});
    for (std::string_view first : {"https://example.org/", "https://example.org?", "https://example.org#",
                                   "https://example.org#@", "https://example.org/@", "https://example.org\\"})
      all.push_back(std::string{first} + rest);
    all.push_back("https://" + rest + std::string(4096, 'a'));
    all.push_back("https://" + host + "%zz/a");
    all.push_back("https://" + rest + "%");
    all.push_back("https://" + std::string(2000, 'a') + "." + rest);
  }
  // Numbers that a resolver takes for an address, and names of this machine.
  for (std::string_view address : {"127.0.0.1",
                                   "127.1",
                                   "127.0.1",
                                   "0",
                                   "0.0.0.0",
                                   "2130706433",
                                   "0x7f000001",
                                   "0x7f.0.0.1",
                                   "017700000001",
                                   "0177.0.0.1",
                                   "127.0.0.1.",
                                   "256.0.0.1",
                                   "1.2.3.4.5",
                                   "169.254.169.254",
                                   "[::]",
                                   "[::1]",
                                   "[::1%25lo]",
                                   "[::ffff:127.0.0.1]",
                                   "[::ffff:7f00:1]",
                                   "[fe80::1]",
                                   "[2001:db8::1]",
                                   "[v1.a]",
                                   "[",
                                   "[]",
                                   "[wx.qq.com]",
                                   "::1",
                                   "localhost",
                                   "localhost.",
                                   "ip6-localhost",
                                   "metadata.internal",
                                   "127.0.0.1.nip.io",
                                   "wx.qq.com.127.0.0.1.nip.io",
                                   "\xE2\x91\xA0\xE2\x91\xA1\xE2\x91\xA6.0.0.1"})
    all.push_back("https://" + std::string{address} + "/a?ticket=SECRET");
  return all;
}

TEST(HostileRedirectUris, OfEveryKindAreRefusedForEveryEntryHost) {
  auto all = hostile_uris();
  EXPECT_GE(std::set<std::string>(all.begin(), all.end()).size(), 200U);
  for (const auto& uri : all) {
    auto r = parse_redirect_uri(uri);
    ASSERT_FALSE(r) << uri;
    EXPECT_EQ(r.error().code, errc::host_not_allowed) << uri;
    EXPECT_EQ(r.error().context.find("SECRET"), std::string::npos) << uri;
  }
}

TEST(KnownHosts, AreNoneThatOnlyLookLikeThem) {
  for (std::string host : {"wx.qq.com", "web2.wechat.com", "login.weixin.qq.com", "webpush.weixin.qq.com"})
    for (const auto& name : hosts_that_look_right(host))
      // A longer name may be another host of the table.
      EXPECT_TRUE(!is_known_host(name) || name.starts_with("login.") || name.starts_with("file.") ||
                  name.starts_with("webpush."))
          << name;
}

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
