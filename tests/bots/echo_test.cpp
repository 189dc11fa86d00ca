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

TEST(EchoBot, SendsBackWhatAFriendAnswersWithAQuote) {
  auto m = test::friend_says("yes");
  m.kind = inbound_kind::quote;
  EXPECT_EQ(echo_of(m), "yes");
}

TEST(EchoBot, AnswersNothingButWhatIsWritten) {
  for (std::size_t i = 0; i < inbound_kind_count; ++i) {
    auto kind = static_cast<inbound_kind>(i);
    if (kind == inbound_kind::text || kind == inbound_kind::quote) continue;
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
