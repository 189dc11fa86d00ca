#include "transport/request_head.hpp"

#include <gtest/gtest.h>

namespace weixin::transport {
namespace {

http_request plain() {
  http_request r;
  r.host = "wx.example.com";
  r.target = "/cgi-bin/mmwebwx-bin/webwxinit?r=1";
  return r;
}

TEST(RequestHead, AddsWhatTheTransportIsResponsibleFor) {
  auto r = plain();
  r.headers = {{"User-Agent", "Mozilla/5.0"}, {"Referer", "https://wx.example.com/?lang=zh_CN"}};
  EXPECT_EQ(*write_request_head(r, true), "GET /cgi-bin/mmwebwx-bin/webwxinit?r=1 HTTP/1.1\r\n"
                                          "Host: wx.example.com\r\n"
                                          "User-Agent: Mozilla/5.0\r\n"
                                          "Referer: https://wx.example.com/?lang=zh_CN\r\n"
                                          "Accept-Encoding: gzip\r\n"
                                          "Connection: keep-alive\r\n\r\n");
}

TEST(RequestHead, TellsTheLengthOfABodyAlsoWhenItIsEmpty) {
  auto r = plain();
  r.method = "POST";
  EXPECT_NE(write_request_head(r, false)->find("\r\nContent-Length: 0\r\n"), std::string::npos);
  r.body = "12345";
  EXPECT_NE(write_request_head(r, false)->find("\r\nContent-Length: 5\r\n"), std::string::npos);
  EXPECT_NE(write_request_head(r, false)->find("\r\nAccept-Encoding: identity\r\n"), std::string::npos);
}

TEST(RequestHead, LetsNothingBreakOutOfItsLine) {
  auto refuses = [](auto change) {
    auto r = plain();
    change(r);
    auto head = write_request_head(r, true);
    return !head && head.error().code == errc::invalid_argument;
  };
  EXPECT_TRUE(refuses([](auto& r) { r.method = "GET /evil"; }));
  EXPECT_TRUE(refuses([](auto& r) { r.method = "CONNECT"; }));
  EXPECT_TRUE(refuses([](auto& r) { r.method = ""; }));
  EXPECT_TRUE(refuses([](auto& r) { r.target = ""; }));
  EXPECT_TRUE(refuses([](auto& r) { r.target = "https://other.example.com/"; }));
  EXPECT_TRUE(refuses([](auto& r) { r.target = "/a b"; }));
  EXPECT_TRUE(refuses([](auto& r) { r.target = "/a\r\nX: y"; }));
  EXPECT_TRUE(refuses([](auto& r) { r.headers = {{"X", "a\r\nY: b"}}; }));
  EXPECT_TRUE(refuses([](auto& r) { r.headers = {{"X", std::string{"a\0b", 3}}}; }));
  EXPECT_TRUE(refuses([](auto& r) { r.headers = {{"X:", "a"}}; }));
  EXPECT_TRUE(refuses([](auto& r) { r.headers = {{"", "a"}}; }));
  EXPECT_TRUE(refuses([](auto& r) { r.headers = {{"content-LENGTH", "7"}}; }));
  EXPECT_TRUE(refuses([](auto& r) { r.headers = {{"Host", "other.example.com"}}; }));
  EXPECT_TRUE(refuses([](auto& r) { r.headers = {{"Transfer-Encoding", "chunked"}}; }));
}

TEST(RequestHead, PassesOnFieldValuesInUtf8) {
  auto r = plain();
  r.headers = {{"X-Name", "\xe5\xbe\xae\xe4\xbf\xa1"}};
  EXPECT_TRUE(write_request_head(r, true));
}

TEST(HostName, IsADnsNameAndNoAddress) {
  for (std::string good : {"wx.qq.com", "web2.wechat.com", "a.b", "1.example", "x-1.example.com"})
    EXPECT_TRUE(is_host_name(good)) << good;
  for (std::string bad :
       {"", "localhost", "127.0.0.1", "1.2", "[::1]", "::1", "a..b", ".a.b", "a.b.", "-a.b", "a-.b", "a.b-",
        "a_b.c", "a.b:443", "a.b/c", "user@a.b", "a b.c", "\xe5.com", "0x7f.1"})
    EXPECT_FALSE(is_host_name(bad)) << bad;
  EXPECT_FALSE(is_host_name(std::string(64, 'a') + ".com"));
  std::string longest;
  for (int i = 0; i < 130; ++i)
    longest += "a.";
  EXPECT_FALSE(is_host_name(longest + "com"));
}

} // namespace
} // namespace weixin::transport
