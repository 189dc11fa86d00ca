#include "actors/bots/echo.hpp"
#include "actors/bots/registry.hpp"

#include "tests/bots/messages.hpp"

#include <gtest/gtest.h>

namespace weixin::bots {
namespace {

std::optional<std::string> echo_of(const inbound& message, bot_settings settings = {}) {
  settings.type = "echo";
  return make_bot(settings).value()->reply_to(message);
}

TEST(EchoBot, SendsAFriendsTextBack) { EXPECT_EQ(echo_of(test::friend_says("hello")), "hello"); }

TEST(EchoBot, KeepsTheTextAsItIs) { EXPECT_EQ(echo_of(test::friend_says(" @x \n\\1 ")), " @x \n\\1 "); }

TEST(EchoBot, AnswersTextOnly) {
  for (auto kind : {inbound_kind::image, inbound_kind::system, inbound_kind::unsupported}) {
    auto m = test::friend_says("[a picture]");
    m.kind = kind;
    EXPECT_EQ(echo_of(m), std::nullopt) << to_string(kind);
  }
}

TEST(EchoBot, IsSilentInGroupsUnlessConfigured) {
  EXPECT_EQ(echo_of(test::member_says_to_me("@me\u2005hello")), std::nullopt);
}

TEST(EchoBot, AnswersInAGroupWhenMentionedWithoutTheMention) {
  EXPECT_EQ(echo_of(test::member_says_to_me("@me\u2005hello"), {.group = true}), "hello");
  EXPECT_EQ(echo_of(test::member_says("hello"), {.group = true}), std::nullopt);
}

TEST(EchoBot, IsSilentToABareMention) {
  EXPECT_EQ(echo_of(test::member_says_to_me("@me\u2005"), {.group = true}), std::nullopt);
}

TEST(EchoBot, RefusesRules) {
  EXPECT_EQ(make_echo({.rules = {{.exact = "a", .reply = "b"}}}).error().code, errc::invalid_argument);
}

} // namespace
} // namespace weixin::bots
