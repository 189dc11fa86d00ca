#include "actors/bots/reply_limit.hpp"

#include <gtest/gtest.h>

namespace weixin::bots {
namespace {

std::string repeated(std::string_view piece, std::size_t n) {
  std::string text;
  while (n-- > 0)
    text += piece;
  return text;
}

TEST(ClipReply, KeepsATextOfTheFullLength) {
  auto text = repeated("\u4f60", max_reply_characters);
  EXPECT_EQ(clip_reply(text), text);
}

TEST(ClipReply, CutsBetweenCharacters) {
  for (auto piece : {"a", "\u00e9", "\u4f60", "\U0001f604"})
    EXPECT_EQ(clip_reply(repeated(piece, max_reply_characters + 1)), repeated(piece, max_reply_characters));
}

TEST(ClipReply, KeepsTheEmptyText) { EXPECT_EQ(clip_reply(""), ""); }

} // namespace
} // namespace weixin::bots
