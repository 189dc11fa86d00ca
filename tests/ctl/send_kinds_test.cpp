#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace weixin::ctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* messages = "POST /v1/accounts/a-1/messages";

class SendKinds : public ProgramTest {
protected:
  std::string file_with(const std::string& bytes) {
    auto name = server.file("photo.jpg");
    std::ofstream{name, std::ios::binary} << bytes;
    return name;
  }
};

TEST_F(SendKinds, UploadsAFileAsAForm) {
  server.on(messages, {json(202, R"({"id":"s-1","state":"queued"})")});
  auto bytes = std::string(200'000, 'x') + std::string(1, '\0') + "end";
  auto e = run({"send", "a-1", "Lin", "--image", file_with(bytes), "--key", "k-1", "--expires-in", "60"});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_EQ(e.out, "s-1 queued\n");
  ASSERT_EQ(server.asked().size(), 1U);
  auto asked = server.asked()[0];
  for (const char* part : {"name=\"to\"\r\n\r\nLin\r\n", "name=\"kind\"\r\n\r\nimage\r\n",
                           "name=\"expires_in\"\r\n\r\n60\r\n", "name=\"file\"; filename=\"photo.jpg\""})
    EXPECT_THAT(asked, HasSubstr(part));
  EXPECT_THAT(asked, HasSubstr(bytes));
  EXPECT_THAT(server.header_of(messages, "Content-Type")[0], HasSubstr("multipart/form-data; boundary="));
  EXPECT_EQ(server.header_of(messages, "Idempotency-Key")[0], "k-1");
}

TEST_F(SendKinds, NamesTheKindOfEachOption) {
  for (const char* kind : {"image", "video", "file", "emoticon"}) {
    server.on(messages, {json(202, R"({"id":"s-1","state":"queued"})")});
    EXPECT_EQ(run({"send", "a-1", "Lin", std::string{"--"} + kind, file_with("x")}).code, 0);
    EXPECT_THAT(server.asked().back(), HasSubstr(std::string{"\r\n\r\n"} + kind + "\r\n"));
  }
}

TEST_F(SendKinds, SendsStickersForwardsAndMentions) {
  server.on(messages, {json(202, R"({"id":"s-1","state":"queued"})")});
  EXPECT_EQ(run({"send", "a-1", "Lin", "--emoticon-md5", "abc"}).code, 0);
  EXPECT_EQ(run({"send", "a-1", "Lin", "--forward", "9001"}).code, 0);
  EXPECT_EQ(run({"send", "a-1", "Team", "hello", "--mention", "Lin", "--mention", "c-1"}).code, 0);
  auto at = std::string{messages};
  EXPECT_THAT(server.asked(), ElementsAre(at + R"( {"to":"Lin","emoticon":{"md5":"abc"}})",
                                          at + R"( {"to":"Lin","forward":{"msg_id":"9001"}})",
                                          at + R"( {"to":"Team","text":"hello","mentions":["Lin","c-1"]})"));
}

TEST_F(SendKinds, WantsOneContentAtATime) {
  EXPECT_EQ(run({"send", "a-1", "Lin"}).code, 2);
  EXPECT_EQ(run({"send", "a-1", "Lin", "hello", "--image", "a.jpg"}).code, 2);
  EXPECT_EQ(run({"send", "a-1", "Lin", "--file", "a", "--forward", "1"}).code, 2);
  EXPECT_EQ(run({"send", "a-1", "Lin", "--file", "a", "--mention", "x"}).code, 2);
  EXPECT_THAT(server.asked(), IsEmpty());
}

TEST_F(SendKinds, RefusesFilesThatCannotBeSentWithoutACall) {
  for (const auto& file : {file_with(""), server.file("nothing"), server.file("")})
    EXPECT_EQ(run({"send", "a-1", "Lin", "--file", file}).code, 2) << file;
  EXPECT_THAT(server.asked(), IsEmpty());
}

TEST_F(SendKinds, TakesAMessageBack) {
  server.on("POST /v1/accounts/a-1/messages/s-1/recall",
            {json(200, R"({"outcome":"done","error":null,"msg_id":"9001"})"),
             json(200, R"({"outcome":"refused","error":"rejected_request","ret":-2})"),
             json(200, R"({"outcome":"unknown","error":"timed_out"})"),
             problem(409, "too_late", "A message can be taken back within two minutes.")});
  auto e = run({"recall", "a-1", "s-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "taken back\n");
  auto refused = run({"recall", "a-1", "s-1"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("rejected_request"));
  EXPECT_THAT(run({"recall", "a-1", "s-1"}).err, HasSubstr("nobody knows"));
  auto late = run({"recall", "a-1", "s-1"});
  EXPECT_EQ(late.code, 1);
  EXPECT_THAT(late.err, HasSubstr("too_late"));
}

TEST_F(SendKinds, MarksAChatAsRead) {
  server.on("POST /v1/accounts/a-1/contacts/Supplier%20Lin/read",
            {json(200, R"({"outcome":"done","error":null})")});
  EXPECT_EQ(run({"mark-read", "a-1", "Supplier Lin"}).out, "marked as read\n");
  EXPECT_EQ(run({"mark-read", "a-1", "Supplier Lin", "-o", "json"}).out,
            "{\"outcome\":\"done\",\"error\":null}\n");
  server.on("POST /v1/accounts/a-1/contacts/Lin/open", {json(200, R"({"outcome":"done","error":null})")});
  EXPECT_EQ(run({"mark-read", "a-1", "Lin", "--opened"}).out, "marked as opened\n");
}

} // namespace
} // namespace weixin::ctl::test
