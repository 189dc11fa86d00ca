#include "protocol/webwx/scan_picture.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

using namespace std::string_literals;

TEST(ScanPicture, IsWhatTheDataUrlHolds) {
  auto picture = read_scan_picture("data:img/jpg;base64,/9j/4AAQ");
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->mime, "image/jpeg");
  EXPECT_EQ(picture->bytes, "\xff\xd8\xff\xe0\x00\x10"s);
}

TEST(ScanPicture, IsToldByItsBytesAndNotByTheUrl) {
  auto picture = read_scan_picture("data:text/html;base64,R0lGODlhAQ==");
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->mime, "image/gif");
  EXPECT_FALSE(read_scan_picture("data:image/png;base64,PHNjcmlwdD4=")) << "a page";
  EXPECT_FALSE(read_scan_picture("data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=")) << "can hold a script";
}

TEST(ScanPicture, TakesAnyRestAndMissingPadding) {
  EXPECT_EQ(read_scan_picture("data:;base64,/9j/4A==")->bytes, "\xff\xd8\xff\xe0"s);
  EXPECT_EQ(read_scan_picture("data:;base64,/9j/4A")->bytes, "\xff\xd8\xff\xe0"s);
  EXPECT_EQ(read_scan_picture("data:;base64,/9j/4AA=")->bytes, "\xff\xd8\xff\xe0\x00"s);
}

TEST(ScanPicture, RefusesWhatIsNoBase64) {
  for (auto url :
       {"", "data:", "data:image/jpeg,/9j/4AAQ", "https://example.org/a.jpg", "data:img/jpg;base64,",
        "data:img/jpg;base64,/9j/4", "data:img/jpg;base64,/9j/ 4AAQ",
        "data:img/jpg;base64,/9j/4A===", "data:img/jpg;base64,/9j=4AAQ", "x data:img/jpg;base64,/9j/4AAQ"})
    EXPECT_FALSE(read_scan_picture(url)) << url;
}

TEST(ScanPicture, HasABound) {
  std::string head = "data:img/jpg;base64,/9j/";
  EXPECT_TRUE(read_scan_picture(head + std::string(max_scan_picture_bytes / 3 * 4 - 8, 'A')));
  EXPECT_FALSE(read_scan_picture(head + std::string(max_scan_picture_bytes / 3 * 4 + 8, 'A')));
}

} // namespace
} // namespace weixin::webwx
