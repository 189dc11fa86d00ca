#include "ctl/terminal_text.hpp"

#include <gtest/gtest.h>

namespace weixin::ctl {
namespace {

TEST(PrintableText, KeepsChineseNamesAndEmoji) {
  EXPECT_EQ(printable("小店-01 🎉 caf\u00e9"), "小店-01 🎉 caf\u00e9");
}

TEST(PrintableText, ShowsControlCharactersAsEscapes) {
  EXPECT_EQ(printable("a\x1b[31mb\nc\r\td\x7f\a"), "a\\x1b[31mb\\nc\\r\\td\\x7f\\x07");
}

TEST(PrintableText, ShowsNulAndWhatFollowsIt) {
  EXPECT_EQ(printable(std::string_view{"a\0b", 3}), "a\\x00b");
}

TEST(PrintableText, ShowsEightBitControlsAsEscapes) { EXPECT_EQ(printable("a\u009b31m"), "a\\u{9b}31m"); }

TEST(PrintableText, ShowsBidirectionalControlsAsEscapes) {
  EXPECT_EQ(printable("\u202egpj.exe\u2066\u200f\u061c"), "\\u{202e}gpj.exe\\u{2066}\\u{200f}\\u{61c}");
}

TEST(PrintableText, ShowsUnicodeLineBreaksAsEscapes) {
  EXPECT_EQ(printable("a\u2028b\u2029\u0085"), "a\\u{2028}b\\u{2029}\\u{85}");
}

TEST(PrintableText, ShowsBytesThatAreNotUtf8AsEscapes) {
  EXPECT_EQ(printable("a\xff\xc3"), "a\\xff\\xc3");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80"); // a lone surrogate
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");          // overlong
}

TEST(TextWidth, CountsTwoColumnsForChinese) {
  EXPECT_EQ(columns_of("shop"), 4);
  EXPECT_EQ(columns_of("小店"), 4);
  EXPECT_EQ(columns_of("ｆｕｌｌ"), 8);
}

TEST(TextWidth, CountsNothingForCombiningMarks) { EXPECT_EQ(columns_of("e\u0301"), 1); }

TEST(CutText, EndsWithAnEllipsisWithinTheWidth) {
  EXPECT_EQ(cut("abcdef", 6), "abcdef");
  EXPECT_EQ(cut("abcdefg", 6), "abcde\u2026");
}

TEST(CutText, NeverSplitsAChineseCharacter) {
  EXPECT_EQ(cut("小小小小", 6), "小小\u2026");
  EXPECT_EQ(cut("小小小小", 7), "小小小\u2026");
  EXPECT_EQ(columns_of(cut("小小小小", 6)), 5);
}

TEST(BytesText, IsForPeople) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1024), "1.0 KiB");
  EXPECT_EQ(bytes_text(13'107'200), "12.5 MiB");
  EXPECT_EQ(bytes_text(std::uint64_t{1} << 41), "2.0 TiB");
}

} // namespace
} // namespace weixin::ctl
