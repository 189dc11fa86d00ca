#include "protocol/webwx/client_ids.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

TEST(DeviceId, IsAnEAndTheDigits) { EXPECT_EQ(make_device_id("012345678901234"), "e012345678901234"); }

TEST(ClientMsgId, BeginsWithTheClock) {
  EXPECT_EQ(next_client_msg_id(1'546'214'741'416, ""), "15462147414160000");
}

TEST(ClientMsgId, CountsUpWhileTheClockStandsStill) {
  EXPECT_EQ(next_client_msg_id(1'546'214'741'416, "15462147414160000"), "15462147414160001");
}

TEST(ClientMsgId, AscendsWhenTheClockGoesBack) {
  EXPECT_EQ(next_client_msg_id(1'446'214'741'416, "15462147414169999"), "15462147414170000");
}

TEST(ClientMsgId, HasSeventeenDigitsWhateverTheClockSays) {
  for (std::int64_t ms : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, INT64_MAX})
    EXPECT_EQ(next_client_msg_id(ms, "").size(), 17U) << ms;
}

TEST(ClientMsgId, IgnoresALastThatIsNone) {
  EXPECT_EQ(next_client_msg_id(1'546'214'741'416, "99999999999999x99"), "15462147414160000");
  EXPECT_EQ(next_client_msg_id(1'546'214'741'416, "7"), "15462147414160000");
}

TEST(BitwiseNotMs, IsWhatJavaScriptComputes) {
  EXPECT_EQ(bitwise_not_ms(1'546'211'298'739), -23072180);
  EXPECT_EQ(bitwise_not_ms(0), -1);
}

} // namespace
} // namespace weixin::webwx
