#include "protocol/webwx/text.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

TEST(DecodeText, TurnsEmojiSpansIntoCharacters) {
  EXPECT_EQ(decode_text("a<span class=\"emoji emoji1f604\"></span>b"), "a😄b");
  EXPECT_EQ(decode_text("<span class=\"emoji emoji2600\"></span>"), "☀");
}

TEST(DecodeText, JoinsEmojiOfTwoCharacters) {
  EXPECT_EQ(decode_text("<span class=\"emoji emoji1f1e81f1f3\"></span>"), "🇨🇳");
  EXPECT_EQ(decode_text("<span class=\"emoji emoji2320e3\"></span>"), "#\u20e3");
  EXPECT_EQ(decode_text("<span class=\"emoji emoji26052600\"></span>"), "★☀");
}

TEST(DecodeText, PutsWrongEmojiRight) {
  EXPECT_EQ(emoji_from_code("1f63c"), "😁");
  EXPECT_EQ(emoji_from_code("1f639"), "😂");
  EXPECT_EQ(emoji_from_code("1f63a"), "😃");
  EXPECT_EQ(emoji_from_code("1f4ab"), "😖");
  EXPECT_EQ(emoji_from_code("1f64d"), "😔");
  EXPECT_EQ(emoji_from_code("1f63b"), "😍");
  EXPECT_EQ(emoji_from_code("1f63d"), "😘");
  EXPECT_EQ(emoji_from_code("1f64e"), "😡");
  EXPECT_EQ(emoji_from_code("1f63f"), "😢");
}

TEST(DecodeText, KeepsAPlaceholderForUnknownEmoji) {
  EXPECT_EQ(decode_text("<span class=\"emoji emojizzzz\"></span>!"), "\uFFFD!");
  EXPECT_EQ(decode_text("<span class=\"emoji emoji\"></span>!"), "\uFFFD!");
  EXPECT_EQ(decode_text("<span class=\"emoji emojid83d\"></span>!"), "\uFFFD!");
}

TEST(DecodeText, MendsASpanWithoutItsBracket) {
  EXPECT_EQ(decode_text("<span class=\"emoji emoji1f450\"</span>x"), "👐x");
}

TEST(DecodeText, LeavesOtherMarkupAlone) {
  for (std::string text : {"<span class=\"emoji emoji1f604\">", "<span>x</span>", "<b>", "<", "<br", "a < b",
                           "<span class=\"emoji emoji1f604\">x</span>"})
    EXPECT_EQ(decode_text(text), text);
}

TEST(DecodeText, BreaksLines) { EXPECT_EQ(decode_text("a<br/>b<br>c<br />d"), "a\nb\nc\nd"); }

TEST(DecodeText, DecodesEntitiesOnce) {
  EXPECT_EQ(decode_text("&lt;&gt;&amp;&quot;&#39;&apos;"), "<>&\"''");
  EXPECT_EQ(decode_text("&amp;lt;"), "&lt;");
  EXPECT_EQ(decode_text("&#20320;&#x4F60;"), "你你");
}

TEST(DecodeText, LeavesUnknownEntitiesAlone) {
  for (std::string text : {"&", "&;", "&#;", "&#x;", "&#0;", "&#xD800;", "&#x110000;", "&#99999999999;",
                           "&unknown;", "&lt", "a & b; c", "&#-1;", "&#+1;"})
    EXPECT_EQ(decode_text(text), text);
}

TEST(DecodeText, NeverTurnsASendersTextIntoMarkup) {
  EXPECT_EQ(decode_text("&lt;span class=\"emoji emoji1f604\"&gt;&lt;/span&gt;"),
            "<span class=\"emoji emoji1f604\"></span>");
  EXPECT_EQ(decode_text("&lt;br/&gt;"), "<br/>");
}

TEST(DecodeText, TakesLongHostileTextInOneGo) {
  std::string open;
  for (int i = 0; i < 100'000; ++i)
    open += "<span class=\"emoji emoji";
  EXPECT_EQ(decode_text(open), open);
  EXPECT_EQ(decode_text(std::string(1'000'000, '&')).size(), 1'000'000U);
}

TEST(DecodeName, KeepsBreaks) {
  EXPECT_EQ(decode_name("a<br/>&amp;<span class=\"emoji emoji1f33f\"></span>"), "a<br/>&🌿");
}

TEST(DecodeXml, RemovesBreaks) { EXPECT_EQ(decode_xml("&lt;a&gt;<br/>x&lt;/a&gt;"), "<a>x</a>"); }

TEST(GroupPrefix, IsSplitOffOnce) {
  auto [member, rest] = split_group_prefix("@0a1B:<br/>one:<br/>two");
  EXPECT_EQ(member, "@0a1B");
  EXPECT_EQ(rest, "one:<br/>two");
}

TEST(GroupPrefix, MayBeALastingName) {
  EXPECT_EQ(split_group_prefix("wxid_synthetic-1:<br/>x").first, "wxid_synthetic-1");
}

TEST(GroupPrefix, MustBeWhole) {
  for (std::string_view text : {"", ":<br/>x", "@:<br/>x", "@a b:<br/>x", "@a_b:<br/>x", "@@a:<br/>x", "@a:x",
                                "@a<br/>", "说:<br/>x", " @a:<br/>x", "@a:\nx"}) {
    auto [member, rest] = split_group_prefix(text);
    EXPECT_EQ(member, "") << text;
    EXPECT_EQ(rest, text);
  }
}

} // namespace
} // namespace weixin::webwx
