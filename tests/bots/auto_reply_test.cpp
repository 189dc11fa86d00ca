#include "actors/bots/auto_reply.hpp"
#include "actors/bots/registry.hpp"
#include "actors/bots/reply_limit.hpp"

#include "tests/bots/messages.hpp"

#include <gmock/gmock.h>

namespace weixin::bots {
namespace {

using ::testing::HasSubstr;

std::optional<std::string> answer(std::vector<rule> rules, const std::string& text) {
  return make_auto_reply({.rules = std::move(rules)}).value()->reply_to(test::friend_says(text));
}

TEST(AutoReplyBot, AnswersAnExactText) {
  std::vector<rule> rules{{.exact = "price?", .reply = "12"}};
  EXPECT_EQ(answer(rules, "price?"), "12");
  EXPECT_EQ(answer(rules, "the price?"), std::nullopt);
  EXPECT_EQ(answer(rules, "price"), std::nullopt) << "no character of an exact text is special";
}

TEST(AutoReplyBot, IgnoresWhiteSpaceAroundAnExactText) {
  EXPECT_EQ(answer({{.exact = "price", .reply = "12"}}, " \n\u3000price\u2005"), "12");
}

TEST(AutoReplyBot, AnswersATextThatContainsAWord) {
  std::vector<rule> rules{{.contains = "1+1", .reply = "2"}};
  EXPECT_EQ(answer(rules, "what is 1+1?"), "2");
  EXPECT_EQ(answer(rules, "what is 111?"), std::nullopt);
}

TEST(AutoReplyBot, AnswersAPatternWithItsGroups) {
  std::vector<rule> rules{{.pattern = R"((\w+) for (\d+))", .reply = R"(\2 of \1, as in "\0", \\1)"}};
  EXPECT_EQ(answer(rules, "tea for 2, please"), R"(2 of tea, as in "tea for 2", \1)");
}

TEST(AutoReplyBot, LeavesAGroupThatTookNoPartEmpty) {
  EXPECT_EQ(answer({{.pattern = "(a)|(b)", .reply = R"([\1][\2])"}}, "b"), "[][b]");
}

TEST(AutoReplyBot, SendsTheReplyOfAPlainTextAsItIs) {
  EXPECT_EQ(answer({{.contains = "x", .reply = R"(\1 \\ \9)"}}, "x"), R"(\1 \\ \9)");
}

TEST(AutoReplyBot, LetsTheFirstMatchingRuleWin) {
  std::vector<rule> rules{
      {.exact = "no", .reply = "0"}, {.contains = "tea", .reply = "1"}, {.pattern = ".", .reply = "2"}};
  EXPECT_EQ(answer(rules, "tea"), "1");
  EXPECT_EQ(answer(rules, "coffee"), "2");
}

TEST(AutoReplyBot, TellsCasesApartUnlessAskedNotTo) {
  EXPECT_EQ(answer({{.exact = "Price", .reply = "12"}}, "price"), std::nullopt);
  EXPECT_EQ(answer({{.exact = "\u00c4RGER", .reply = "1", .ignore_case = true}}, "\u00e4rger"), "1");
  EXPECT_EQ(answer({{.contains = "tea", .reply = "2", .ignore_case = true}}, "GREEN TEA"), "2");
  EXPECT_EQ(answer({{.pattern = "^t(.)a", .reply = R"(\1)", .ignore_case = true}}, "TEA"), "E");
}

TEST(AutoReplyBot, AnswersTextOnly) {
  auto picture = test::friend_says("tea");
  picture.kind = inbound_kind::image;
  auto bot = make_auto_reply({.rules = {{.contains = "tea", .reply = "yes"}}}).value();
  EXPECT_EQ(bot->reply_to(picture), std::nullopt);
}

TEST(AutoReplyBot, MatchesAGroupTextWithoutTheMention) {
  bot_settings settings{.type = "auto_reply", .group = true, .rules = {{.exact = "price", .reply = "12"}}};
  auto bot = make_bot(settings).value();
  EXPECT_EQ(bot->reply_to(test::member_says_to_me("@The robot\u2005price")), "12");
  EXPECT_EQ(bot->reply_to(test::member_says("price")), std::nullopt);
}

TEST(AutoReplyBot, AnswersAHostilePatternAndTextWithoutBacktracking) {
  std::vector<rule> rules{{.pattern = "(a*)*(a*)*(a*)*b", .reply = "found"}};
  EXPECT_EQ(answer(rules, std::string(1'000'000, 'a')), std::nullopt);
}

TEST(AutoReplyBot, LooksAtTheFirstEightKilobytesOfAText) {
  std::string filler(max_matched_bytes - 1, '.');
  std::vector<rule> rules{{.contains = "tea", .reply = "yes"}};
  EXPECT_EQ(answer(rules, filler.substr(0, max_matched_bytes - 3) + "tea"), "yes");
  EXPECT_EQ(answer(rules, filler + "tea"), std::nullopt);
  EXPECT_EQ(answer({{.pattern = R"(\.$)", .reply = "cut"}}, filler + "\u4f60"), "cut")
      << "not inside a character";
}

TEST(AutoReplyBot, CutsAnAnswerThatGroupsMadeTooLong) {
  bot_settings settings{.type = "auto_reply", .rules = {{.pattern = "(.+)", .reply = R"(\1\1)"}}};
  auto reply = make_bot(settings).value()->reply_to(test::friend_says(std::string(3'000, 'x')));
  EXPECT_EQ(reply, std::string(max_reply_characters, 'x'));
}

TEST(AutoReplyBot, TakesInvalidUtf8) {
  EXPECT_EQ(answer({{.contains = "tea", .reply = "yes"}}, "\xff\xc3 tea \xe4\xbd"), "yes");
}

struct AutoReplyRule : ::testing::Test {
  static std::string problem(const rule& r) {
    auto found = check(r);
    return found ? std::string{found->key} + ": " + found->what : "none";
  }
};

TEST_F(AutoReplyRule, WantsExactlyOneCondition) {
  EXPECT_THAT(problem({.reply = "x"}), HasSubstr("exactly one"));
  EXPECT_THAT(problem({.exact = "a", .contains = "b", .reply = "x"}), HasSubstr("exactly one"));
  EXPECT_EQ(problem({.exact = "a", .reply = "x"}), "none");
}

TEST_F(AutoReplyRule, WantsAReply) { EXPECT_EQ(problem({.exact = "a"}), "reply: is missing or empty"); }

TEST_F(AutoReplyRule, TellsWhereAPatternIsWrong) {
  EXPECT_EQ(problem({.pattern = "price [a-", .reply = "x"}),
            "pattern: is not a pattern: missing ]: [a-, at character 7");
  EXPECT_THAT(problem({.pattern = "\u4ef7\\y", .reply = "x"}), HasSubstr("at character 2"));
}

TEST_F(AutoReplyRule, NamesNoPlaceThatIsNotCertain) {
  auto text = problem({.pattern = "a*|*", .reply = "x"});
  EXPECT_THAT(text, HasSubstr("is not a pattern"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("at character")));
}

TEST_F(AutoReplyRule, RefusesAReplyWithAGroupThatThePatternLacks) {
  EXPECT_THAT(problem({.pattern = "(a)", .reply = R"(\2)"}), HasSubstr("reply: does not fit the pattern"));
}

TEST_F(AutoReplyRule, RefusesAPatternThatTakesTooMuchMemory) {
  EXPECT_THAT(problem({.pattern = "((a{100}){100}){100}", .reply = "x"}), HasSubstr("pattern: "));
  EXPECT_THAT(problem({.pattern = R"((\pL{900}))", .reply = "x"}), HasSubstr("pattern: "));
}

TEST_F(AutoReplyRule, BoundsEveryLength) {
  EXPECT_THAT(problem({.contains = std::string(max_condition_bytes + 1, 'a'), .reply = "x"}),
              HasSubstr("contains: is longer"));
  EXPECT_EQ(problem({.contains = std::string(max_condition_bytes, 'a'), .reply = "x", .ignore_case = true}),
            "none");
  EXPECT_THAT(problem({.contains = "a", .reply = std::string(max_reply_characters + 1, 'a')}),
              HasSubstr("reply: is longer"));
  std::string many;
  for (int i = 0; i < 51; ++i)
    many += R"(\0)";
  EXPECT_THAT(problem({.pattern = "a", .reply = many}), HasSubstr("more than 50 times"));
}

TEST(AutoReplyBot, NamesTheRuleThatIsWrong) {
  auto made = make_auto_reply({.rules = {{.exact = "a", .reply = "x"}, {.pattern = "(", .reply = "x"}}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::invalid_argument);
  EXPECT_THAT(made.error().context, HasSubstr("rule 2: pattern "));
}

TEST(AutoReplyBot, WantsOneToTwoHundredRules) {
  EXPECT_FALSE(make_auto_reply({}));
  std::vector<rule> rules(max_rules, rule{.exact = "a", .reply = "x"});
  EXPECT_TRUE(make_auto_reply({.rules = rules}));
  rules.push_back(rules.front());
  EXPECT_FALSE(make_auto_reply({.rules = rules}));
}

} // namespace
} // namespace weixin::bots
