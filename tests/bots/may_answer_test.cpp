#include "actors/bots/may_answer.hpp"

#include "tests/bots/messages.hpp"

#include <gtest/gtest.h>

#include <set>

namespace weixin::bots {
namespace {

using namespace std::chrono_literals;

struct MayAnswer : ::testing::Test {
  inbound message = test::friend_says("hello");
  std::set<std::string> own_nicks{"Shop robot"};
  std::chrono::seconds max_age = 2min;
  wall_time now = test::noon;

  answer_verdict verdict() const {
    return may_answer(message, max_age, now,
                      [this](const std::string& nick) { return own_nicks.contains(nick); });
  }
};

TEST_F(MayAnswer, LetsAFriendsMessageThrough) { EXPECT_EQ(verdict(), answer_verdict::yes); }

TEST_F(MayAnswer, NeverLetsTheAccountsOwnMessageThrough) {
  message.is_own = true;
  EXPECT_EQ(verdict(), answer_verdict::own_message);
}

TEST_F(MayAnswer, NeverLetsAnotherAccountOfThisServerThrough) {
  message.sender_nick = "Shop robot";
  EXPECT_EQ(verdict(), answer_verdict::own_account);
  message = test::member_says_to_me("@me hello");
  message.sender_nick = "Shop robot";
  EXPECT_EQ(verdict(), answer_verdict::own_account);
}

TEST_F(MayAnswer, IsSilentToAGroupMemberItCannotTellFromAnOwnAccount) {
  message = test::member_says_to_me("@me hello");
  message.sender_nick.clear();
  EXPECT_EQ(verdict(), answer_verdict::unknown_sender);
}

TEST_F(MayAnswer, LetsAStrangerWithoutANameThroughInADirectChat) {
  message.sender_nick.clear();
  own_nicks.insert("");
  EXPECT_EQ(verdict(), answer_verdict::yes);
}

TEST_F(MayAnswer, NeverLetsAnOfficialAccountThrough) {
  message.from_official = true;
  EXPECT_EQ(verdict(), answer_verdict::official);
}

TEST_F(MayAnswer, NeverLetsThroughWhatNoPersonSaid) {
  for (auto kind : {inbound_kind::system, inbound_kind::recalled, inbound_kind::pat, inbound_kind::call,
                    inbound_kind::possible_friend}) {
    message.kind = kind;
    EXPECT_EQ(verdict(), answer_verdict::wrong_kind) << to_string(kind);
  }
}

TEST_F(MayAnswer, LetsAMessageOfExactlyTheMaximumAgeThrough) {
  now = message.sent_at + max_age;
  EXPECT_EQ(verdict(), answer_verdict::yes);
  now += 1ms;
  EXPECT_EQ(verdict(), answer_verdict::too_old);
}

TEST_F(MayAnswer, TakesAMessageWithoutATimeAsTooOld) {
  message.sent_at = wall_time{};
  EXPECT_EQ(verdict(), answer_verdict::too_old);
}

TEST_F(MayAnswer, ForgivesAClockThatIsTwoMinutesSlow) {
  max_age = 5s;
  now = message.sent_at - 2min;
  EXPECT_EQ(verdict(), answer_verdict::yes);
}

TEST_F(MayAnswer, IsSilentWhenTheClockIsADaySlowSinceNoAgeCanBeTold) {
  now = message.sent_at - 24h;
  EXPECT_EQ(verdict(), answer_verdict::from_future);
}

TEST_F(MayAnswer, TakesTheMostAbsurdTimesWithoutOverflow) {
  message.sent_at = wall_time::max();
  EXPECT_EQ(verdict(), answer_verdict::from_future);
  message.sent_at = wall_time::min();
  EXPECT_EQ(verdict(), answer_verdict::too_old);
}

TEST_F(MayAnswer, NamesEveryVerdictDifferently) {
  std::set<std::string_view> names;
  for (int v = 0; v <= static_cast<int>(answer_verdict::not_mentioned); ++v)
    names.insert(to_string(static_cast<answer_verdict>(v)));
  EXPECT_EQ(names.size(), 10U);
}

TEST(InScope, TakesDirectChatsOnlyWhereTheyAreWanted) {
  auto m = test::friend_says("hello");
  EXPECT_EQ(in_scope(m, {.direct = true, .group = true}), answer_verdict::yes);
  EXPECT_EQ(in_scope(m, {.direct = false, .group = true}), answer_verdict::wrong_chat);
}

TEST(InScope, TakesGroupsOnlyWhereTheyAreWanted) {
  auto m = test::member_says_to_me("@me hello");
  EXPECT_EQ(in_scope(m, {.direct = true, .group = false}), answer_verdict::wrong_chat);
  EXPECT_EQ(in_scope(m, {.direct = true, .group = true}), answer_verdict::yes);
}

TEST(InScope, WantsAMentionInGroupsOnlyIfAsked) {
  auto m = test::member_says("hello all");
  EXPECT_EQ(in_scope(m, {.group = true}), answer_verdict::not_mentioned);
  EXPECT_EQ(in_scope(m, {.group = true, .only_when_mentioned = false}), answer_verdict::yes);
  EXPECT_EQ(in_scope(test::friend_says("hello"), {.only_when_mentioned = true}), answer_verdict::yes);
}

TEST(InboundKind, HasAStableName) {
  EXPECT_EQ(to_string(inbound_kind::text), "text");
  EXPECT_EQ(to_string(inbound_kind::image), "image");
  EXPECT_EQ(to_string(inbound_kind::system), "system");
  EXPECT_EQ(to_string(inbound_kind::unsupported), "unsupported");
}

} // namespace
} // namespace weixin::bots
