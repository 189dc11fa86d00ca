#include "transport/gunzip.hpp"

#include "tests/transport/gzip_text.hpp"

#include <gtest/gtest.h>

namespace weixin::transport {
namespace {

using test::gzip;

std::string code_of(const result<void>& r) { return r ? "" : std::string{to_string(r.error().code)}; }

TEST(Gunzip, GivesBackWhatWasZippedWhereverThePiecesAreCut) {
  std::string text = "abc" + std::string(100'000, 'x') + "def";
  auto zipped = gzip(text);
  for (std::size_t step : {std::size_t{1}, std::size_t{7}, zipped.size()}) {
    gunzip unzip{text.size()};
    std::string out;
    for (std::size_t at = 0; at < zipped.size(); at += step)
      ASSERT_TRUE(unzip.put(std::string_view{zipped}.substr(at, step), out));
    EXPECT_TRUE(unzip.finish());
    EXPECT_EQ(out, text);
  }
}

TEST(Gunzip, StopsABombAtTheLimit) {
  auto bomb = gzip(std::string(64 * 1024 * 1024, '\0'));
  ASSERT_LT(bomb.size(), 100'000U);
  gunzip unzip{100'000};
  std::string out;
  EXPECT_EQ(code_of(unzip.put(bomb, out)), "answer_too_large");
  EXPECT_LE(out.size(), 100'000U);
}

TEST(Gunzip, RefusesWhatIsNoGzip) {
  gunzip unzip{1000};
  std::string out;
  EXPECT_EQ(code_of(unzip.put("<html>", out)), "malformed_answer");
}

TEST(Gunzip, NoticesACutStream) {
  auto zipped = gzip("hello hello hello");
  gunzip unzip{1000};
  std::string out;
  ASSERT_TRUE(unzip.put(std::string_view{zipped}.substr(0, zipped.size() - 1), out));
  EXPECT_EQ(code_of(unzip.finish()), "malformed_answer");
}

TEST(Gunzip, NoticesADamagedChecksum) {
  auto zipped = gzip("hello hello hello");
  zipped[zipped.size() - 5] ^= 1;
  gunzip unzip{1000};
  std::string out;
  EXPECT_EQ(code_of(unzip.put(zipped, out)), "malformed_answer");
}

TEST(Gunzip, RefusesBytesBehindTheEnd) {
  gunzip unzip{1000};
  std::string out;
  EXPECT_EQ(code_of(unzip.put(gzip("hello") + "more", out)), "malformed_answer");
}

TEST(Gunzip, TakesAnEmptyBodyForWhatItIs) {
  gunzip unzip{0};
  std::string out;
  EXPECT_TRUE(unzip.put("", out));
  EXPECT_TRUE(unzip.finish());
}

} // namespace
} // namespace weixin::transport
