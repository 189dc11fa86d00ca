#include "protocol/webwx/plain_text.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

using namespace std::chrono_literals;

content::file file_called(std::string name, std::int64_t bytes = 0) {
  content::file c;
  c.name = std::move(name);
  c.bytes = bytes;
  return c;
}
content::voice voice_of(std::chrono::milliseconds duration) {
  content::voice c;
  c.duration = duration;
  return c;
}

TEST(PlainText, SaysWhatIsKnown) {
  EXPECT_EQ(plain_text(voice_of(3s)), "[Voice 3 s]");
  EXPECT_EQ(plain_text(file_called("report.pdf", 12'345)), "[File] report.pdf (12 KB)");
}

TEST(PlainText, LeavesOutWhatIsNot) {
  EXPECT_EQ(plain_text(content::voice{}), "[Voice]");
  EXPECT_EQ(plain_text(content::file{}), "[File]");
  EXPECT_EQ(plain_text(content::link{}), "[Link]");
  EXPECT_EQ(plain_text(content::location{}), "[Location]");
  EXPECT_EQ(plain_text(content::card{}), "[Contact card]");
  content::mini_program program;
  program.name = "Shop";
  EXPECT_EQ(plain_text(program), "[Mini program] Shop");
  content::channels post;
  post.author = "Maker";
  EXPECT_EQ(plain_text(post), "[Channels] Maker");
}

TEST(PlainText, IsEmptyForWhatIsNeverShown) {
  EXPECT_EQ(plain_text(content::unsupported{}), "");
  EXPECT_EQ(plain_text(content::status_notify{}), "");
}

TEST(PlainText, RoundsSoundsUpToTheNextSecond) {
  EXPECT_EQ(plain_text(voice_of(1ms)), "[Voice 1 s]");
  EXPECT_EQ(plain_text(voice_of(2001ms)), "[Voice 3 s]");
}

TEST(PlainText, LeavesControlCharactersToTheTerminal) {
  EXPECT_EQ(plain_text(file_called("a\x1b[31m\n.txt")), "[File] a\x1b[31m\n.txt");
}

TEST(SizeText, CountsIn1024) {
  EXPECT_EQ(size_text(1), "1 B");
  EXPECT_EQ(size_text(1023), "1023 B");
  EXPECT_EQ(size_text(1024), "1 KB");
  EXPECT_EQ(size_text(1024 * 1024 - 1), "1023 KB");
  EXPECT_EQ(size_text(5 * 1024 * 1024), "5 MB");
  EXPECT_EQ(size_text(std::int64_t{1} << 40), "1024 GB");
}

} // namespace
} // namespace weixin::webwx
