#include "actors/bots/registry.hpp"
#include "actors/bots/reply_limit.hpp"

#include "tests/bots/messages.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

namespace weixin::bots {
namespace {

using ::testing::HasSubstr;

TEST(BotRegistry, KnowsItsTypesInOrder) {
  auto types = bot_types();
  EXPECT_THAT(types, ::testing::ElementsAre("auto_reply", "echo"));
  EXPECT_TRUE(std::is_sorted(types.begin(), types.end()));
}

TEST(BotRegistry, MakesEveryTypeItKnows) {
  EXPECT_TRUE(make_bot({.type = "echo"}));
  EXPECT_TRUE(make_bot({.type = "auto_reply", .rules = {{.exact = "a", .reply = "b"}}}));
}

TEST(BotRegistry, RefusesAnUnknownTypeAndNamesTheKnownOnes) {
  auto made = make_bot({.type = "parrot"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::invalid_argument);
  EXPECT_THAT(made.error().context, HasSubstr("auto_reply, echo"));
}

TEST(BotRegistry, RefusesABotWithoutAnyChat) { EXPECT_FALSE(make_bot({.type = "echo", .direct = false})); }

TEST(BotRegistry, CutsEveryBotsAnswer) {
  auto reply = make_bot({.type = "echo"}).value()->reply_to(test::friend_says(std::string(9'000, 'x')));
  EXPECT_EQ(reply, std::string(max_reply_characters, 'x'));
}

TEST(BotRegistry, MakesBotsThatSeveralThreadsMayAskAtOnce) {
  auto bot = make_bot({.type = "auto_reply", .rules = {{.pattern = "(\\d+)", .reply = "\\1"}}}).value();
  std::vector<std::thread> threads;
  std::array<int, 4> right{};
  for (auto& count : right)
    threads.emplace_back([&bot, &count] {
      for (int i = 0; i < 500; ++i)
        count += bot->reply_to(test::friend_says("no " + std::to_string(i))) == std::to_string(i);
    });
  for (auto& t : threads)
    t.join();
  EXPECT_THAT(right, ::testing::Each(500));
}

} // namespace
} // namespace weixin::bots
