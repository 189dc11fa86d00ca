#include "protocol/webwx/return_code.hpp"

#include "protocol/webwx/answer.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

struct row {
  int ret;
  ret_class expected;
  errc code;
};

class ReturnCode : public testing::TestWithParam<row> {};

TEST_P(ReturnCode, HasItsClass) { EXPECT_EQ(classify(GetParam().ret), GetParam().expected); }

TEST_P(ReturnCode, BecomesAnErrorThatNamesItAndTheEndpoint) {
  auto e = error_of(GetParam().ret, "webwxsync");
  EXPECT_EQ(e.code, GetParam().code);
  EXPECT_EQ(e.ret, GetParam().ret);
  EXPECT_EQ(e.context, "webwxsync");
  EXPECT_TRUE(e.request_left);
}

INSTANTIATE_TEST_SUITE_P(EveryCode, ReturnCode,
                         testing::Values(row{-1, ret_class::transient, errc::server_error},
                                         row{3, ret_class::transient, errc::server_error},
                                         row{1205, ret_class::throttled, errc::too_frequent},
                                         row{1100, ret_class::session_ended, errc::session_ended},
                                         row{1101, ret_class::session_ended, errc::session_ended},
                                         row{1102, ret_class::session_ended, errc::session_ended},
                                         row{-14, ret_class::ticket_rejected, errc::ticket_rejected},
                                         row{1203, ret_class::barred, errc::barred},
                                         row{1, ret_class::rejected_request, errc::rejected_request},
                                         row{-2, ret_class::rejected_request, errc::rejected_request},
                                         row{1200, ret_class::rejected_request, errc::rejected_request},
                                         row{1204, ret_class::not_a_friend, errc::not_a_friend},
                                         row{2, ret_class::unknown, errc::server_error},
                                         row{9999, ret_class::unknown, errc::server_error},
                                         row{INT_MIN, ret_class::unknown, errc::server_error}),
                         [](const auto& p) { return std::to_string(p.index); });

TEST(ReturnCodes, AreExplainedByWeixinsWordsWhenTheNumberIsVague) {
  auto code = [](int ret, const std::string& words) {
    auto body = R"({"BaseResponse":{"Ret":)" + std::to_string(ret) + R"(,"ErrMsg":")" + words + "\"}}";
    return json_answer::open({200, {}, body}, endpoint::webwxoplog).error().code;
  };
  EXPECT_EQ(code(-1, "操作太频繁，请稍后再试。"), errc::too_frequent);
  EXPECT_EQ(code(9999, "操作太频繁，请稍后再试。"), errc::too_frequent);
  EXPECT_EQ(code(-1, ""), errc::server_error);
  EXPECT_EQ(code(1101, "操作太频繁，请稍后再试。"), errc::session_ended) << "a number that is plain wins";
  EXPECT_EQ(code(1, "频繁"), errc::rejected_request);
}

TEST(ReturnCodes, OfSuccessAreZeroAndWhatGroupCreationAnswers) {
  EXPECT_EQ(classify(0), ret_class::ok);
  EXPECT_EQ(classify(-2013), ret_class::ok);
}

} // namespace
} // namespace weixin::webwx
