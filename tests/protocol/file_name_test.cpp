#include "protocol/webwx/file_name.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

TEST(FileName, StaysAsItIsWhenItIsGood) {
  for (auto name : {"a.png", "报告 1.pdf", "no extension", ".profile", "a.tar.gz", "测试😄.txt", "a\"b'c.txt"})
    EXPECT_EQ(clean_file_name(name), name);
}

TEST(FileName, IsWhatFollowsTheLastSeparator) {
  EXPECT_EQ(clean_file_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(clean_file_name("..\\..\\x.dll"), "x.dll");
  EXPECT_EQ(clean_file_name("/absolute/a.png"), "a.png");
  EXPECT_EQ(clean_file_name("C:\\a/b\\c.txt"), "c.txt");
}

TEST(FileName, IsNeverEmptyAndNoFolder) {
  for (auto name : {"", ".", "..", "/", "a/", "\\", "\r\n", "  ", "a/..", "\x7F"})
    EXPECT_EQ(clean_file_name(name), "file") << name;
}

TEST(FileName, HasNoControlCharacters) {
  EXPECT_EQ(clean_file_name(std::string{"a\0b.png", 7}), "ab.png");
  EXPECT_EQ(clean_file_name("a\r\nContent-Type: x.png"), "aContent-Type: x.png");
  EXPECT_EQ(clean_file_name("a\x1B[31m.png"), "a[31m.png");
  EXPECT_EQ(clean_file_name("a\xC2\x85z"), "az");
  EXPECT_EQ(clean_file_name("a\xE2\x80\xA8z"), "az");
}

TEST(FileName, HasNoMarksThatTurnTheWriting) {
  for (auto mark : {"\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xAA", "\xE2\x80\xAE", "\xE2\x81\xA6",
                    "\xE2\x81\xA9", "\xD8\x9C", "\xEF\xBB\xBF"})
    EXPECT_EQ(clean_file_name(std::string{"photo"} + mark + "gpj.exe"), "photogpj.exe");
}

TEST(FileName, IsValidUtf8) { EXPECT_EQ(clean_file_name("a\xFF\xC3.png"), "a\xEF\xBF\xBD\xEF\xBF\xBD.png"); }

TEST(FileName, IsCutBetweenCharactersAndKeepsItsExtension) {
  EXPECT_EQ(clean_file_name(std::string(300, 'x') + ".pdf"), std::string(251, 'x') + ".pdf");
  std::string chinese;
  for (int i = 0; i < 100; ++i)
    chinese += "报";
  auto cut = clean_file_name(chinese + ".pdf");
  EXPECT_EQ(cut, chinese.substr(0, 249) + ".pdf");
  EXPECT_EQ(clean_file_name(chinese).size(), 255U);
  // What is longer than an extension is none.
  EXPECT_EQ(clean_file_name("a." + std::string(300, 'y')).size(), max_file_name_bytes);
}

TEST(FileName, MayBeAsLongAsAllowed) {
  std::string name(255, 'x');
  EXPECT_EQ(clean_file_name(name), name);
}

TEST(FileName, OfAnyLengthIsCleanedInTime) {
  std::string name;
  for (int i = 0; i < 100'000; ++i)
    name += "\xE2\x80\xAE\xFF";
  EXPECT_LE(clean_file_name(name).size(), max_file_name_bytes);
}

TEST(FileExtension, IsInLowerCase) {
  EXPECT_EQ(file_extension("a.PNG"), "png");
  EXPECT_EQ(file_extension("a.tar.gz"), "gz");
  for (auto name : {"", "a", ".profile", "a.", "a.averylongextension"})
    EXPECT_EQ(file_extension(name), "") << name;
}

} // namespace
} // namespace weixin::webwx
