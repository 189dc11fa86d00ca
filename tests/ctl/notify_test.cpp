#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

namespace weixin::ctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* both = R"({"targets":[{"target":"web","ok":true,"detail":"HTTP 204"},)"
                             R"({"target":"script","ok":false,"detail":"exit code 3"}]})";

class NotifyTest : public ProgramTest {};

TEST_F(NotifyTest, ShowsWhatEachTargetSaid) {
  server.on("POST /v1/notify/test", {json(200, both)});
  auto e = run({"notify", "test"});
  EXPECT_EQ(e.code, 1);
  EXPECT_EQ(e.out, "TARGET   RESULT   DETAIL\nweb      ok       HTTP 204\nscript   failed   exit code 3\n");
  EXPECT_THAT(e.err, HasSubstr("1 of 2 targets did not take it"));
  EXPECT_THAT(server.asked(), ElementsAre("POST /v1/notify/test {}"));
}

TEST_F(NotifyTest, AsksForOneTarget) {
  server.on("POST /v1/notify/test",
            {json(200, R"({"targets":[{"target":"web","ok":true,"detail":"HTTP 204"}]})")});
  auto e = run({"notify", "test", "web"});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_THAT(server.asked(), ElementsAre(R"(POST /v1/notify/test {"target":"web"})"));
}

TEST_F(NotifyTest, IsJsonForPrograms) {
  server.on("POST /v1/notify/test", {json(200, both)});
  auto e = run({"notify", "test", "-o", "json"});
  EXPECT_EQ(e.code, 1);
  EXPECT_EQ(e.out, std::string{both} + "\n");
}

TEST_F(NotifyTest, SaysWhatToDoWithoutATarget) {
  server.on("POST /v1/notify/test", {json(200, R"({"targets":[]})")});
  auto e = run({"notify", "test"});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.out, IsEmpty());
  EXPECT_THAT(e.err, HasSubstr("[[notify.targets]]"));
}

} // namespace
} // namespace weixin::ctl::test
