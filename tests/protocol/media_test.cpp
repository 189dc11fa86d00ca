#include "protocol/webwx/media.hpp"
#include "tests/protocol/fixtures.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

TEST(Image, MayComeWhole) { EXPECT_TRUE(check_image_answer(answer("\xFF\xD8\xFF\xE0 picture"))); }

TEST(Image, MayHaveBeenStreamedAway) {
  EXPECT_TRUE(check_image_answer(answer("")));
  EXPECT_TRUE(check_image_answer(answer("", 206)));
}

TEST(Image, IsBelievedWhateverItsContentType) {
  http_response r{200, {{"Content-Type", "text/plain"}}, "GIF89a"};
  EXPECT_TRUE(check_image_answer(r));
}

TEST(Image, IsNotJsonAndNotAPage) {
  EXPECT_EQ(check_image_answer(answer(R"({"BaseResponse":{"Ret":1101}})")).error().code,
            errc::malformed_answer);
  EXPECT_EQ(check_image_answer(answer("<!DOCTYPE html>")).error().code, errc::malformed_answer);
}

TEST(Image, NeedsAGoodStatus) {
  EXPECT_EQ(to_string(check_image_answer(answer("\xFF\xD8", 404)).error()),
            "http_status 404: webwxgetmsgimg");
}

TEST(ImageBytes, TellAPictureFromWhatComesInsteadOfOne) {
  EXPECT_TRUE(check_image_bytes("\x89PNG\r\n\x1A\n"));
  for (auto bytes : {"", " ", "\n{", "{\"a\"", "<html", "\n <!DOCTYPE"})
    EXPECT_FALSE(check_image_bytes(bytes)) << bytes;
}

} // namespace
} // namespace weixin::webwx
