#include "ctl/event_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weixin::ctl {
namespace {

std::string line(std::string type, std::string members) {
  return event_line(
      {"5", std::move(type), R"({"account":"shop-01","at":"2026-01-31T08:00:00Z")" + members + "}"}, false);
}

TEST(EventLine, TellsAStateWithWhatItWasAndWhy) {
  EXPECT_EQ(line("state", R"(,"state":"held","previous":"online","reason":"kicked")"),
            "2026-01-31T08:00:00Z  shop-01  state  held (was online): kicked");
}

TEST(EventLine, TellsWhoWrote) {
  EXPECT_EQ(line("message", R"(,"chat_display":"小明","sender":"","type":"text","text":"你好")"),
            "2026-01-31T08:00:00Z  shop-01  message  from 小明: 你好");
  EXPECT_EQ(
      line("message", R"(,"chat_display":"Club","sender":"Ann","group":true,"type":"text","text":"hi")"),
      "2026-01-31T08:00:00Z  shop-01  message  from Ann in Club: hi");
  EXPECT_EQ(line("message", R"(,"chat_display":"Ann","own":true,"type":"image","text":"")"),
            "2026-01-31T08:00:00Z  shop-01  message  to Ann: [image]");
}

TEST(EventLine, TellsWhatCameInAFewWords) {
  auto said = [](std::string_view type, std::string_view text) {
    return line("message", R"(,"chat_display":"Ann","type":")" + std::string{type} + R"(","text":")" +
                               std::string{text} + "\"");
  };
  EXPECT_THAT(said("voice", "[Voice 3 s]"), testing::EndsWith("from Ann: [Voice 3 s]"));
  EXPECT_THAT(said("quote", "yes"), testing::EndsWith("from Ann: yes"));
  EXPECT_THAT(said("system", "[x] joined"), testing::EndsWith("from Ann: [system] [x] joined"));
  EXPECT_THAT(said("unsupported", ""), testing::EndsWith("from Ann: [unsupported]"));
}

TEST(EventLine, TellsHowToSeeACode) {
  EXPECT_EQ(
      line("qr", R"(,"attempt":2)"),
      "2026-01-31T08:00:00Z  shop-01  qr  code number 2 waits to be scanned: weixinctl account qr shop-01");
}

TEST(EventLine, TellsWhatBecameOfASend) {
  EXPECT_EQ(line("send", R"(,"id":"s-1","state":"refused","to":"c-2","error":"not_a_friend")"),
            "2026-01-31T08:00:00Z  shop-01  send  s-1 refused to c-2: not_a_friend");
}

TEST(EventLine, ShowsUnknownEventsAsTheyAre) {
  EXPECT_EQ(
      line("weather", R"(,"sun":true)"),
      R"(2026-01-31T08:00:00Z  shop-01  weather  {"account":"shop-01","at":"2026-01-31T08:00:00Z","sun":true})");
  EXPECT_EQ(event_line({"5", "state", "no json\x1b"}, false), "-  -  state  no json\\x1b");
}

TEST(EventLine, EscapesHostileText) {
  auto text = line("message",
                   R"(,"chat_display":"\u001b]0;x\u0007","sender":"a\nb","type":"text","text":"\u202etxt")");
  EXPECT_EQ(text, "2026-01-31T08:00:00Z  shop-01  message  from a\\nb: \\u{202e}txt");
}

TEST(EventJson, IsOneObjectWithTheDataInside) {
  EXPECT_EQ(event_json({"5", "state", R"({"account":"shop-01"})"}),
            R"({"id":"5","event":"state","data":{"account":"shop-01"}})");
  EXPECT_EQ(event_json({"5", "state", "no json"}), R"({"id":"5","event":"state","data":"no json"})");
}

} // namespace
} // namespace weixin::ctl
