#include "admin/origin.hpp"

#include <gtest/gtest.h>

namespace weixin::admin {
namespace {

TEST(Authority, IsReadFromAHostField) {
  EXPECT_EQ(parse_authority("localhost:9463"), (authority{"localhost", "9463"}));
  EXPECT_EQ(parse_authority("Console.Example.COM."), (authority{"console.example.com", ""}));
  EXPECT_EQ(parse_authority("[::1]:80"), (authority{"::1", "80"}));
  EXPECT_EQ(parse_authority("127.0.0.1"), (authority{"127.0.0.1", ""}));
}

TEST(Authority, IsNothingElse) {
  for (const char* text :
       {"", "user@localhost", "a b", "localhost/x", "http://localhost", ":80", "a:b", "[::1"})
    EXPECT_FALSE(parse_authority(text)) << text;
}

TEST(Authority, KnowsTheNamesOfLoopback) {
  for (const char* host : {"localhost", "127.0.0.1", "127.8.9.1", "::1"})
    EXPECT_TRUE(is_loopback_host(host)) << host;
  for (const char* host :
       {"localhost.evil.example", "128.0.0.1", "127.0.0.1.evil.example", "0.0.0.0", "::", "1"})
    EXPECT_FALSE(is_loopback_host(host)) << host;
}

TEST(Origin, IsTheSameWithSchemeHostAndPort) {
  authority host{"localhost", "9463"};
  EXPECT_TRUE(is_same_origin("http://localhost:9463", host, "http", false));
  EXPECT_TRUE(is_same_origin("HTTP://LOCALHOST:9463", host, "http", false));
  for (const char* other : {"https://localhost:9463", "http://localhost", "http://localhost:9464", "null", "",
                            "http://evil.example:9463", "http://localhost:9463.evil.example",
                            "http://localhost:9463@evil.example", "localhost:9463"})
    EXPECT_FALSE(is_same_origin(other, host, "http", false)) << other;
}

TEST(Origin, MayLeaveOutThePortOfItsScheme) {
  EXPECT_TRUE(is_same_origin("https://console.example.com", {"console.example.com", ""}, "https", false));
  EXPECT_TRUE(is_same_origin("https://console.example.com", {"console.example.com", "443"}, "https", false));
  EXPECT_TRUE(is_same_origin("http://console.example.com:80", {"console.example.com", ""}, "http", false));
  EXPECT_FALSE(is_same_origin("https://console.example.com", {"console.example.com", "80"}, "https", false));
}

TEST(Origin, MayBeThatOfAProxyThatSpeaksTls) {
  authority host{"console.example.com", ""};
  EXPECT_FALSE(is_same_origin("https://console.example.com", host, "http", false));
  EXPECT_TRUE(is_same_origin("https://console.example.com", host, "http", true));
  EXPECT_FALSE(is_same_origin("ftp://console.example.com", host, "http", true));
}

} // namespace
} // namespace weixin::admin
