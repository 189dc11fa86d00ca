#include "protocol/content_range.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weixin {
namespace {

TEST(ContentRange, TellsThePartAndTheWhole) {
  EXPECT_EQ(read_content_range("bytes 0-1023/4096"), (content_range{0, 1023, 4096}));
  EXPECT_EQ(read_content_range("bytes 1024-4095/4096"), (content_range{1024, 4095, 4096}));
  EXPECT_EQ(read_content_range("bytes 7-7/8"), (content_range{7, 7, 8})) << "one byte";
}

TEST(ContentRange, MayKeepTheWholeToItself) {
  EXPECT_EQ(read_content_range("bytes 0-1023/*"), (content_range{0, 1023, std::nullopt}));
}

TEST(ContentRange, TakesNumbersUpTo64Bits) {
  EXPECT_EQ(read_content_range("bytes 0-1/18446744073709551615")->total, 18'446'744'073'709'551'615U);
  EXPECT_FALSE(read_content_range("bytes 0-1/18446744073709551616"));
}

TEST(ContentRange, IsNothingWhenItIsNotOfThisForm) {
  for (const char* text : {"",
                           "bytes",
                           "bytes ",
                           "bytes 0",
                           "bytes 0-",
                           "bytes -1/2",
                           "bytes 0-1",
                           "bytes 0-1/",
                           "bytes */2",
                           "bytes 0-1/**",
                           "bytes 0-1/2/",
                           "bytes 0-1/2 ",
                           "bytes  0-1/2",
                           " bytes 0-1/2",
                           "bytes=0-1/2",
                           "Bytes 0-1/2",
                           "items 0-1/2",
                           "bytes 0-0x1/2",
                           "bytes +0-1/2",
                           "bytes 0--1/2",
                           "bytes 0.0-1/2",
                           "bytes 0-1/2,3-4/5"})
    EXPECT_FALSE(read_content_range(text)) << text;
  EXPECT_FALSE(read_content_range(std::string("bytes 0-1/2\0", 12)));
}

TEST(ContentRange, IsNothingWhenItsNumbersDoNotFitTogether) {
  for (const char* text : {"bytes 2-1/3", "bytes 0-2/2", "bytes 0-0/0", "bytes 5-9/5"})
    EXPECT_FALSE(read_content_range(text)) << text;
}

} // namespace
} // namespace weixin
