#include "protocol/webwx/send.hpp"
#include "tests/protocol/fixtures.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

TEST(Send, GivesTheMsgId) {
  EXPECT_EQ(*parse_send(answer_of("webwxsendmsg.json")), "4330000000000000435");
  EXPECT_EQ(*parse_send(answer(with_ret(0, R"(,"MsgID":4330000000000000435)"))), "4330000000000000435");
}

TEST(Send, ReportsDefiniteRefusals) {
  struct {
    int ret;
    errc code;
  } rows[] = {{1, errc::rejected_request}, {1204, errc::not_a_friend}, {1205, errc::too_frequent},
              {1101, errc::session_ended}, {-1, errc::server_error},   {-14, errc::ticket_rejected}};
  for (auto [ret, code] : rows) {
    auto r = parse_send(answer(with_ret(ret, R"(,"MsgID":"","LocalID":"")")));
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, code);
    EXPECT_EQ(r.error().ret, ret);
  }
}

TEST(Send, LeavesOpenWhatAnAnswerThatCannotBeReadMeans) {
  for (const auto& r :
       {parse_send(answer("")), parse_send(answer("<html>")), parse_send(answer("{}", 502)),
        parse_send(answer("{\"BaseResponse\"")), parse_send(answer(with_ret(0, R"(,"MsgID":"0")"))),
        parse_send(answer(with_ret(0)))}) {
    ASSERT_FALSE(r);
    EXPECT_TRUE(r.error().request_left);
    EXPECT_TRUE(r.error().code == errc::malformed_answer || r.error().code == errc::http_status);
  }
}

} // namespace
} // namespace weixin::webwx
