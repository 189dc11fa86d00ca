#include "config/config.hpp"

#include "actors/bots/registry.hpp"
#include "tests/config/refusal.hpp"

#include <gmock/gmock.h>

namespace weixin::config {
namespace {

using namespace std::chrono_literals;
using test::refusal;
using ::testing::EndsWith;
using ::testing::HasSubstr;

bots::bot_settings only_bot(std::string_view text) {
  auto parsed = parse_config(text, "w.toml");
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().context);
  return parsed && parsed->bots.size() == 1 ? parsed->bots[0] : bots::bot_settings{};
}

TEST(BotSection, AnswersDirectChatsForTwoMinutesByDefault) {
  auto bot = only_bot("[bots.parrot]\ntype = 'echo'");
  EXPECT_EQ(bot, (bots::bot_settings{.name = "parrot", .type = "echo"}));
  EXPECT_EQ(bot.max_age, 2min);
  EXPECT_TRUE(bot.direct);
  EXPECT_FALSE(bot.group);
  EXPECT_TRUE(bot.only_when_mentioned);
}

TEST(BotSection, ReadsEveryKey) {
  auto bot = only_bot(R"(
[bots.faq]
type = "auto_reply"
max_age = "1h30m"
in = ["group"]
only_when_mentioned = false
[[bots.faq.rules]]
exact = "a"
reply = "1"
[[bots.faq.rules]]
contains = "b"
reply = "2"
ignore_case = true
[[bots.faq.rules]]
pattern = '(c)'
reply = '\1'
)");
  bots::bot_settings expected{.name = "faq",
                              .type = "auto_reply",
                              .max_age = 90min,
                              .direct = false,
                              .group = true,
                              .only_when_mentioned = false};
  expected.rules = {{.exact = "a", .reply = "1"},
                    {.contains = "b", .reply = "2", .ignore_case = true},
                    {.pattern = "(c)", .reply = "\\1"}};
  EXPECT_EQ(bot, expected);
}

TEST(BotSection, GivesOnlyBotsThatCanBeMade) {
  auto bot = only_bot("[bots.x]\ntype = 'auto_reply'\nrules = [{exact = 'a', reply = 'b'}]");
  EXPECT_TRUE(bots::make_bot(bot));
}

TEST(BotSection, SortsBotsByName) {
  auto parsed = parse_config("[bots.b]\ntype='echo'\n[bots.a]\ntype='echo'", "w.toml");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->bots[0].name, "a");
}

TEST(BotSection, WantsAType) {
  EXPECT_EQ(refusal("\n[bots.x]"), "w.toml:2:1: bots.x: has no type");
  EXPECT_EQ(
      refusal("[bots.x]\ntype = 'ecoh'"),
      R"(w.toml:2:8: bots.x.type: found "ecoh", expected "auto_reply" or "echo"; did you mean "echo"?)");
}

TEST(BotSection, TellsWhereAPatternIsWrong) {
  EXPECT_EQ(refusal(R"([bots.x]
type = "auto_reply"
[[bots.x.rules]]
exact = "a"
reply = "b"
[[bots.x.rules]]
pattern = 'price [a-'
reply = "b"
)"),
            "w.toml:7:11: bots.x.rules.pattern: is not a pattern: missing ]: [a-, at character 7");
}

TEST(BotSection, TellsWhichRuleLacksACondition) {
  EXPECT_EQ(refusal("[bots.x]\ntype = 'auto_reply'\n[[bots.x.rules]]\nreply = 'b'"),
            "w.toml:3:1: bots.x.rules: wants exactly one of exact, contains and pattern");
}

TEST(BotSection, RefusesAnAutoReplyWithoutRules) {
  EXPECT_EQ(refusal("[bots.x]\ntype = 'auto_reply'"),
            "w.toml:1:1: bots.x: an auto_reply bot wants at least one rule");
}

TEST(BotSection, RefusesAnEchoWithRules) {
  EXPECT_THAT(refusal("[bots.x]\ntype = 'echo'\nrules = [{exact = 'a', reply = 'b'}]"),
              EndsWith("takes no rules"));
}

TEST(BotSection, RefusesWhatIsNoListOfChats) {
  EXPECT_THAT(refusal("[bots.x]\ntype = 'echo'\nin = 'direct'"),
              HasSubstr("bots.x.in: found \"direct\", expected an array"));
  EXPECT_THAT(refusal("[bots.x]\ntype = 'echo'\nin = ['direct', 'groups']"),
              EndsWith("did you mean \"group\"?"));
  EXPECT_THAT(refusal("[bots.x]\ntype = 'echo'\nin = ['direct', 'direct']"),
              HasSubstr("w.toml:3:17: bots.x.in"));
  EXPECT_THAT(refusal("[bots.x]\ntype = 'echo'\nin = [1]"), HasSubstr("found 1, expected"));
  EXPECT_THAT(refusal("[bots.x]\ntype = 'echo'\nin = []"), HasSubstr("wants direct chats, groups or both"));
}

TEST(BotSection, BoundsTheMaximumAge) {
  for (auto bad : {"'0s'", "'8d'", "'2'", "120", "'2 minutes'", "''"})
    EXPECT_THAT(refusal(std::string{"[bots.x]\ntype = 'echo'\nmax_age = "} + bad),
                HasSubstr(R"(a duration from "1s" to "7d")"))
        << bad;
}

TEST(BotSection, RefusesUnknownKeysOfABotAndOfARule) {
  EXPECT_THAT(refusal("[bots.x]\ntype = 'echo'\nmaxage = '2m'"),
              EndsWith("bots.x.maxage: unknown key, did you mean bots.x.max_age?"));
  EXPECT_THAT(refusal("[bots.x]\ntype = 'auto_reply'\n[[bots.x.rules]]\nexakt = 'a'\nreply = 'b'"),
              EndsWith("bots.x.rules.exakt: unknown key, did you mean bots.x.rules.exact?"));
}

TEST(BotSection, RefusesWhatIsNoTable) {
  EXPECT_THAT(refusal("bots = ['echo']"), HasSubstr("bots: found an array, expected a table"));
  EXPECT_THAT(refusal("[bots]\necho = true"), HasSubstr("bots.echo: found true, expected a table"));
  EXPECT_THAT(refusal("[bots.x]\ntype = 'auto_reply'\nrules = 3"),
              HasSubstr("bots.x.rules: found 3, expected tables"));
  EXPECT_THAT(refusal("[bots.x]\ntype = 'auto_reply'\nrules = [3]"),
              HasSubstr("bots.x.rules: found 3, expected a table"));
}

TEST(BotSection, RefusesANameThatIsNoWord) {
  EXPECT_THAT(refusal("[bots.'a b']\ntype = 'echo'"),
              HasSubstr("bots.\"a b\": found this name, expected a name"));
  EXPECT_THAT(refusal("[bots.-x]\ntype = 'echo'"), HasSubstr("expected a name"));
  EXPECT_THAT(refusal("[bots." + std::string(64, 'a') + "]\ntype = 'echo'"), HasSubstr("expected a name"));
}

TEST(BotSection, BoundsTheNumberOfBots) {
  std::string text;
  for (std::size_t i = 0; i < max_bots; ++i)
    text += "[bots.b" + std::to_string(i) + "]\ntype = 'echo'\n";
  EXPECT_TRUE(parse_config(text, "w.toml"));
  EXPECT_THAT(refusal(text + "[bots.one-more]\ntype = 'echo'\n"),
              HasSubstr("found 65 bots, expected at most 64"));
}

TEST(DefaultBots, NameConfiguredBotsOnly) {
  EXPECT_THAT(
      refusal("[bots.parrot]\ntype = 'echo'\n[defaults]\nbots = ['parrto']"),
      EndsWith(R"(w.toml:4:9: defaults.bots: found "parrto", expected "parrot"; did you mean "parrot"?)"));
  EXPECT_THAT(refusal("[defaults]\nbots = ['x']"), HasSubstr("defaults.bots: found \"x\", expected nothing"));
}

TEST(DefaultBots, AreNamedOnce) {
  EXPECT_THAT(refusal("[bots.x]\ntype = 'echo'\n[defaults]\nbots = ['x', 'x']"),
              HasSubstr("expected each word once"));
}

TEST(DefaultBots, AreNotBlamedForABotThatIsWrongItself) {
  auto said = refusal("[bots.x]\ntype = 'auto_reply'\n[defaults]\nbots = ['x']");
  EXPECT_EQ(said, "w.toml:1:1: bots.x: an auto_reply bot wants at least one rule");
}

} // namespace
} // namespace weixin::config
