#include "protocol/webwx/push_login.hpp"
#include "tests/protocol/fixtures.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

std::string outcome(std::string body, int status = 200) {
  auto r = parse_push_login(answer(std::move(body), status));
  return r ? *r : to_string(r.error());
}

TEST(PushLogin, GivesTheUuidInEveryStyle) {
  EXPECT_EQ(outcome(R"({"ret": "0", "msg": "all ok", "uuid": "Synth=="})"), "Synth==");
  EXPECT_EQ(outcome(R"({"ret":0,"msg":"all ok","uuid":"Synth=="})"), "Synth==");
  EXPECT_EQ(outcome("{'ret':'0','msg':'all ok','uuid':'Synth=='}"), "Synth==");
}

TEST(PushLogin, IsRefusedByAnyOtherRet) {
  EXPECT_EQ(outcome(R"({"ret": "1", "msg": "device authinfo invalid"})"),
            "login_refused 1: webwxpushloginurl");
}

TEST(PushLogin, RefusesWhatIsNoAnswer) {
  EXPECT_EQ(outcome(""), "malformed_answer: webwxpushloginurl: empty body");
  EXPECT_EQ(outcome("<html>"), "malformed_answer: webwxpushloginurl: a page instead of an answer");
  EXPECT_EQ(outcome("{}"), "malformed_answer: webwxpushloginurl: no ret");
  EXPECT_EQ(outcome(R"({"ret": "0"})"), "malformed_answer: webwxpushloginurl: no uuid");
  EXPECT_EQ(outcome("{}", 404), "http_status 404: webwxpushloginurl");
}

} // namespace
} // namespace weixin::webwx
