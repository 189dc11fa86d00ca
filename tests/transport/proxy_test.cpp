#include "transport/proxy.hpp"

#include <gtest/gtest.h>

namespace weixin::transport {
namespace {

TEST(ProxyUrl, NamesProtocolHostAndPort) {
  auto p = parse_proxy("http://proxy.example.com:3128");
  ASSERT_TRUE(p);
  EXPECT_EQ(p->speaks, proxy::protocol::http);
  EXPECT_EQ(p->host, "proxy.example.com");
  EXPECT_EQ(p->port, 3128);
  EXPECT_TRUE(p->user.empty());
  auto socks = parse_proxy("socks5://127.0.0.1:1080/");
  ASSERT_TRUE(socks);
  EXPECT_EQ(socks->speaks, proxy::protocol::socks5);
  EXPECT_EQ(socks->host, "127.0.0.1");
}

TEST(ProxyUrl, TakesAddressesOfBothFamilies) {
  auto p = parse_proxy("socks5h://[2001:db8::1]:1080");
  ASSERT_TRUE(p);
  EXPECT_EQ(p->host, "2001:db8::1");
  EXPECT_EQ(to_display(*p), "socks5://[2001:db8::1]:1080");
}

TEST(ProxyUrl, DecodesUserAndPassword) {
  auto p = parse_proxy("socks5://an%40na:p%3Aass%2F%25@proxy.example.com:1080");
  ASSERT_TRUE(p);
  EXPECT_EQ(p->user, "an@na");
  EXPECT_EQ(p->password.reveal(), "p:ass/%");
}

TEST(ProxyUrl, SurvivesTheWayThroughTheStore) {
  for (const char* url : {"http://proxy.example.com:3128", "socks5://u:p%20w@[::1]:1", "http://u@10.0.0.1:80",
                          "socks5://%E5%BC%A0:%F0%9F%90%BC@proxy.example.com:1080"}) {
    auto p = parse_proxy(url);
    ASSERT_TRUE(p) << url;
    auto again = parse_proxy(to_url(*p).reveal());
    ASSERT_TRUE(again) << url;
    EXPECT_EQ(*again, *p) << url;
  }
}

TEST(ProxyUrl, IsShownWithoutCredentials) {
  auto p = parse_proxy("http://anna:canary-password@proxy.example.com:3128");
  ASSERT_TRUE(p);
  EXPECT_EQ(to_display(*p), "http://proxy.example.com:3128");
}

TEST(ProxyUrl, IsRefusedWithoutRepeatingIt) {
  for (std::string url :
       {"", "proxy.example.com:3128", "ftp://canary.example.com:1", "http://canary.example.com",
        "http://canary.example.com:0", "http://canary.example.com:70000", "http://canary.example.com:80/path",
        "http://canary.example.com:80?q=1", "http://canary.example.com:80#f", "http://:80",
        "http://:canary@proxy.example.com:80", "http://ca%0Anary:p@proxy.example.com:80",
        "http://ca%3Anary:p@proxy.example.com:80", "http://canary host:80", "socks4://canary:1",
        "https://canary.example.com:443"}) {
    auto p = parse_proxy(url);
    ASSERT_FALSE(p) << url;
    EXPECT_EQ(p.error().code, errc::invalid_argument) << url;
    EXPECT_EQ(p.error().context.find("canary"), std::string::npos) << p.error().context;
  }
  EXPECT_FALSE(parse_proxy("socks5://" + std::string(256, 'u') + ":p@proxy.example.com:1"));
  EXPECT_FALSE(parse_proxy("http://" + std::string(5000, 'h') + ":1"));
}

} // namespace
} // namespace weixin::transport
