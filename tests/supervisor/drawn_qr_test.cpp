// The QR code as Weixin draws it: who asks, and what is told when there is none.
#include "tests/support/account_tree_fixture.hpp"

#include <gmock/gmock.h>

namespace weixin {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using picture = std::shared_ptr<const webwx::scan_picture>;

const std::string jpeg = "\xff\xd8\xff\xe0 a picture";

struct DrawnQr : testing::account_tree {
  std::vector<result<picture>> answers;

  void want() {
    ask([this](supervisor::account_supervisor& a) {
      a.drawn_qr([this](result<picture> p) { answers.push_back(std::move(p)); });
    });
  }
  std::size_t asked() const { return weixin.count("qrcode"); }
};

TEST_F(DrawnQr, IsAskedForOnceACode) {
  weixin.hold("qrcode");
  start();
  want();
  want();
  EXPECT_TRUE(answers.empty());
  ASSERT_TRUE(weixin.answer_waiting("qrcode", testing::scripted_weixin::ok(jpeg)));
  time.settle();
  want();
  ASSERT_EQ(answers.size(), 3U);
  for (const auto& a : answers) {
    ASSERT_TRUE(a && *a);
    EXPECT_EQ((*a)->mime, "image/jpeg");
    EXPECT_EQ((*a)->bytes, jpeg);
  }
  EXPECT_EQ(asked(), 1U);
  EXPECT_EQ(weixin.last("qrcode")->host, "login.weixin.qq.com");
  EXPECT_THAT(weixin.last("qrcode")->target, HasSubstr("/qrcode/uuid1"));
}

TEST_F(DrawnQr, IsAnotherOneForAnotherCode) {
  start();
  weixin.next("qrcode", testing::scripted_weixin::ok(jpeg));
  want();
  weixin.expire();
  pass(5s);
  weixin.next("qrcode", testing::scripted_weixin::ok(jpeg + " of another code"));
  want();
  ASSERT_EQ(answers.size(), 2U);
  ASSERT_TRUE(answers[1] && *answers[1]);
  EXPECT_EQ((*answers[1])->bytes, jpeg + " of another code");
}

TEST_F(DrawnQr, IsNoneWithoutACode) {
  log_in();
  want();
  ASSERT_EQ(answers.size(), 1U);
  ASSERT_TRUE(answers[0]);
  EXPECT_EQ(*answers[0], nullptr);
  EXPECT_EQ(asked(), 0U);
}

TEST_F(DrawnQr, FailsWhenSomethingElseComes) {
  start();
  weixin.next("qrcode", testing::scripted_weixin::ok("<html>"));
  want();
  weixin.next("qrcode", fail(errc::connect_failed, "test"));
  want();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].error().code, errc::media_failed);
  EXPECT_EQ(answers[1].error().code, errc::connect_failed);
}

TEST_F(DrawnQr, IsRefusedToMoreCallersThanMayWait) {
  weixin.hold("qrcode");
  start();
  for (int i = 0; i < 17; ++i)
    want();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].error().code, errc::queue_full);
  weixin.answer_waiting("qrcode", testing::scripted_weixin::ok(jpeg));
  time.settle();
  EXPECT_EQ(answers.size(), 17U);
}

} // namespace
} // namespace weixin
