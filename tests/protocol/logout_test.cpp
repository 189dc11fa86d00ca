#include "protocol/webwx/logout.hpp"
#include "tests/protocol/fixtures.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

TEST(Logout, DoesNotLookAtTheBody) {
  for (int status : {200, 301, 302})
    for (auto body : {"", "<html>", "{\"BaseResponse\":{\"Ret\":1101}}"})
      EXPECT_TRUE(parse_logout(answer(body, status)));
}

TEST(Logout, ReportsAFailure) {
  EXPECT_EQ(to_string(parse_logout(answer("", 500)).error()), "http_status 500: webwxlogout");
  EXPECT_FALSE(parse_logout(answer("", 404)));
}

} // namespace
} // namespace weixin::webwx
