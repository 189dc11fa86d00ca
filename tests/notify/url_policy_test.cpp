#include "notify/url_policy.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>
#include <string>

namespace weixin::notify {
namespace {

sockaddr_storage address_of(const std::string& text) {
  sockaddr_storage made{};
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    std::memcpy(&made, &v4, sizeof v4);
  } else {
    EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr), 1) << text;
    v6.sin6_family = AF_INET6;
    std::memcpy(&made, &v6, sizeof v6);
  }
  return made;
}

bool loopback(const std::string& text) {
  auto made = address_of(text);
  // is_loopback reads as much as the family has, from the object behind it.
  return is_loopback(reinterpret_cast<const sockaddr&>(made));
}

TEST(UrlPolicy, TakesHttpAndHttps) {
  for (auto good :
       {"http://a", "https://a.example/x?y=z", "HTTP://127.0.0.1:9093/api/v2/alerts", "http://[::1]:1/"})
    EXPECT_EQ(wrong_with_url(good), "") << good;
}

TEST(UrlPolicy, RefusesEverythingElse) {
  for (auto bad : {"", "a", "//a/", "file:///etc/passwd", "ftp://a/", "gopher://a/", "unix:/run/x",
                   "http:///x", "http:a", "http://u@a/", "http://u:p@a/", "http://a/#x", "http://a b/",
                   "http://a:0/", "http://a:99999/", "http://a/\r\nX: y"})
    EXPECT_NE(wrong_with_url(bad), "") << bad;
  EXPECT_NE(wrong_with_url("http://a/" + std::string(3000, 'x')), "");
}

TEST(UrlPolicy, KnowsLoopbackInEveryForm) {
  for (auto inside : {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(loopback(inside)) << inside;
  for (auto outside :
       {"0.0.0.0", "128.0.0.1", "10.0.0.1", "169.254.169.254", "::", "::2", "fe80::1", "::ffff:10.0.0.1"})
    EXPECT_FALSE(loopback(outside)) << outside;
  sockaddr unix_socket{};
  unix_socket.sa_family = AF_UNIX;
  EXPECT_FALSE(is_loopback(unix_socket));
}

} // namespace
} // namespace weixin::notify
