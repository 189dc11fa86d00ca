#include "actors/bots/mention.hpp"

#include <gtest/gtest.h>

namespace weixin::bots {
namespace {

TEST(StripMentions, RemovesAMentionThatThePhoneEndedWithItsSpecialSpace) {
  EXPECT_EQ(strip_mentions("@robot\u2005how much?"), "how much?");
}

TEST(StripMentions, RemovesANameWithSpacesUpToTheSpecialSpace) {
  EXPECT_EQ(strip_mentions("@The shop's robot\u2005how much?"), "how much?");
}

TEST(StripMentions, RemovesAMentionEndedByASpace) {
  EXPECT_EQ(strip_mentions("@robot how much?"), "how much?");
}

TEST(StripMentions, RemovesAMentionEndedByTheEndOfTheText) {
  EXPECT_EQ(strip_mentions("how much? @robot"), "how much?");
  EXPECT_EQ(strip_mentions("@robot"), "");
}

TEST(StripMentions, RemovesAMentionInTheMiddle) {
  EXPECT_EQ(strip_mentions("tell me @robot\u2005how much"), "tell me how much");
}

TEST(StripMentions, RemovesEveryMention) {
  EXPECT_EQ(strip_mentions("@Ada\u2005@robot how much @Bo Li\u2005"), "how much");
}

TEST(StripMentions, RemovesANameOutsideAscii) {
  EXPECT_EQ(strip_mentions("@\u5c0f\u5e97\u2005\u4f60\u597d"), "\u4f60\u597d");
}

TEST(StripMentions, KeepsAMailAddress) {
  EXPECT_EQ(strip_mentions("@robot write to ada@example.org"), "write to ada@example.org");
}

TEST(StripMentions, DoesNotTakeTheSpecialSpaceOfALaterLineForAnEnd) {
  EXPECT_EQ(strip_mentions("@robot one\ntwo\u2005three"), "one\ntwo\u2005three");
}

TEST(StripMentions, DoesNotTakeAWholeParagraphForAName) {
  auto words = std::string(400, 'x');
  EXPECT_EQ(strip_mentions("@robot " + words + "\u2005tail"), words + "\u2005tail");
}

TEST(StripMentions, TakesAnyBytes) {
  EXPECT_EQ(strip_mentions(""), "");
  EXPECT_EQ(strip_mentions("@"), "");
  EXPECT_EQ(strip_mentions("@@@@"), "");
  EXPECT_EQ(strip_mentions("\xE2\x80"), "\xE2\x80");
  EXPECT_EQ(strip_mentions("@\xff\xfe x\xE2"), "x\xE2");
}

TEST(StripMentions, TakesAHalfMillionMentionsInLinearTime) {
  std::string text;
  for (int i = 0; i < 500'000; ++i)
    text += "@a ";
  EXPECT_EQ(strip_mentions(text), "");
}

} // namespace
} // namespace weixin::bots
