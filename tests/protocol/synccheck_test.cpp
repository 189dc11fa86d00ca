#include "protocol/webwx/sync.hpp"
#include "tests/protocol/fixtures.hpp"

#include <gtest/gtest.h>

namespace weixin::webwx {
namespace {

std::string outcome(std::string body, int status = 200) {
  auto r = parse_synccheck(answer(std::move(body), status));
  return r ? std::to_string(r->retcode) + "/" + std::to_string(r->selector) : to_string(r.error());
}

TEST(SyncCheck, GivesRetcodeAndSelector) {
  EXPECT_EQ(outcome(fixture("synccheck.js")), "0/2");
  for (auto code : {"0", "1100", "1101", "1102", "1205", "2", "-1"})
    EXPECT_EQ(outcome("window.synccheck={retcode:\"" + std::string{code} + "\",selector:\"0\"}"),
              std::string{code} + "/0");
  for (auto selector : {"0", "2", "3", "4", "6", "7", "99"})
    EXPECT_EQ(outcome("window.synccheck={retcode:\"0\",selector:\"" + std::string{selector} + "\"}"),
              "0/" + std::string{selector});
}

TEST(SyncCheck, ToleratesOtherSpacesAndQuotes) {
  EXPECT_EQ(outcome("window.synccheck = { retcode : '0' , selector : '7' } ;"), "0/7");
  EXPECT_EQ(outcome("window.synccheck={\"retcode\":0,\"selector\":6}"), "0/6");
}

TEST(SyncCheck, TakesAFailureWithoutASelector) {
  EXPECT_EQ(outcome("window.synccheck={retcode:\"1101\"}"), "1101/0");
}

TEST(SyncCheck, RefusesGarbage) {
  for (auto body :
       {"0 -\x01\x02\x03", "{}", "window.synccheck={}", "window.synccheck={retcode:\"\",selector:\"2\"}",
        "window.synccheck={retcode:\"x\",selector:\"2\"}", "window.synccheck={selector:\"2\"}",
        "window.synccheck={retcode:\"99999999999\",selector:\"2\"}"})
    EXPECT_EQ(outcome(body), "malformed_answer: synccheck: no retcode or selector") << body;
  EXPECT_EQ(outcome(""), "malformed_answer: synccheck: empty body");
  EXPECT_EQ(outcome("<html>"), "malformed_answer: synccheck: a page instead of an answer");
  EXPECT_EQ(outcome(fixture("synccheck.js"), 502), "http_status 502: synccheck");
}

} // namespace
} // namespace weixin::webwx
