#include "ctl/run.hpp"
#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace weixin::ctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* messages = "POST /v1/accounts/a-1/messages";
constexpr const char* outbox = "GET /v1/accounts/a-1/outbox/s-1";

reply outcome_of(const std::string& state, const std::string& more = {}) {
  return json(200, R"({"id":"s-1","to":"filehelper","state":")" + state + "\"" + more + "}");
}

class Contacts : public ProgramTest {};

TEST_F(Contacts, AreATable) {
  server.on(
      "GET /v1/accounts/a-1/contacts",
      {json(200, R"({"contacts":[{"ref":"c-1","kind":"friend","nick":"小明","remark":"","display":"小明",
                        "confidence":"strong","basis":"names","likely":{"ref":"c-0","basis":"place"}},
                       {"ref":"filehelper","kind":"special","nick":"x\u0007","remark":"r","display":"d"}]})")});
  auto e = run({"contacts", "a-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "REF          KIND      DISPLAY   REMARK   NICK    CONFIDENCE\n"
                   "c-1          friend    小明      -        小明    strong\n"
                   "filehelper   special   d         r        x\\x07   -\n");
  EXPECT_EQ(run({"contacts", "a-1", "-o", "wide"}).out,
            "REF          KIND      DISPLAY   REMARK   NICK    CONFIDENCE   BASIS   LIKELY\n"
            "c-1          friend    小明      -        小明    strong       names   c-0 (place)\n"
            "filehelper   special   d         r        x\\x07   -            -       -\n");
  EXPECT_EQ(run({"contacts", "a-1", "-o", "name"}).out, "c-1\nfilehelper\n");
}

TEST_F(Contacts, AreSearchedByTheServer) {
  server.on("GET /v1/accounts/a-1/contacts?query=%E5%B0%8F%20%26x%3D1&kind=group",
            {json(200, R"({"contacts":[]})")});
  auto e = run({"contacts", "a-1", "--query", "小 &x=1", "--kind", "group"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.err, HasSubstr("no contacts found"));
}

class Send : public ProgramTest {};

TEST_F(Send, JoinsItsWordsAndPrintsTheId) {
  server.on(messages, {json(202, R"({"id":"s-1","state":"queued"})")});
  auto e = run({"send", "a-1", "filehelper", "hello", "小店  !"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "s-1 queued\n");
  EXPECT_THAT(server.asked(),
              ElementsAre(std::string{messages} + R"( {"to":"filehelper","text":"hello 小店  !"})"));
  EXPECT_EQ(run({"send", "a-1", "filehelper", "x", "-o", "name"}).out, "s-1\n");
  EXPECT_EQ(run({"send", "a-1", "filehelper", "x", "-o", "json"}).out,
            "{\"id\":\"s-1\",\"state\":\"queued\"}\n");
}

TEST_F(Send, ReadsTheTextFromStandardInput) {
  server.on(messages, {json(202, R"({"id":"s-1","state":"queued"})")});
  EXPECT_EQ(run({"send", "a-1", "filehelper", "-"}, {.input = "line 1\n  line 2\n\n"}).code, 0);
  EXPECT_THAT(server.asked(),
              ElementsAre(std::string{messages} + R"( {"to":"filehelper","text":"line 1\n  line 2\n"})"));
}

TEST_F(Send, RefusesToSendNothing) {
  EXPECT_EQ(run({"send", "a-1", "filehelper", "-"}, {.input = "\n"}).code, 2);
  EXPECT_EQ(run({"send", "a-1", "filehelper", ""}).code, 2);
  EXPECT_THAT(server.asked(), IsEmpty());
}

TEST_F(Send, RefusesMoreThanTheServerTakes) {
  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in{std::string(1024 * 1024 + 2, 'x')};
  console terminal{out, err, in, [](std::chrono::milliseconds) {}};
  EXPECT_EQ(weixin::ctl::run({"--socket", server.socket(), "send", "a-1", "filehelper", "-"}, terminal),
            exit_code::usage);
  EXPECT_THAT(err.str(), HasSubstr("longer than 1 MiB"));
  EXPECT_THAT(server.asked(), IsEmpty());
}

TEST_F(Send, PassesTheIdempotencyKeyOn) {
  server.on(messages, {json(202, R"({"id":"s-1","state":"queued"})")});
  EXPECT_EQ(run({"send", "a-1", "filehelper", "x", "--idempotency-key", "order-7"}).code, 0);
  EXPECT_THAT(server.header_of(messages, "Idempotency-Key"), ElementsAre("order-7"));
}

TEST_F(Send, SaysHowLongItMayTakeAndWhatIfNobodyKnows) {
  server.on(messages, {json(202, R"({"id":"s-1","state":"queued"})")});
  EXPECT_EQ(
      run({"send", "a-1", "filehelper", "x", "--key", "k", "--expires-in", "90", "--on-unknown", "resend"})
          .code,
      0);
  EXPECT_THAT(server.asked(),
              ElementsAre(std::string{messages} +
                          R"( {"to":"filehelper","text":"x","expires_in":90,"on_unknown":"resend"})"));
  EXPECT_THAT(server.header_of(messages, "Idempotency-Key"), ElementsAre("k"));
}

TEST_F(Send, WithAUsedKeyIsExplained) {
  server.on(messages, {problem(422, "idempotency_conflict", "This key was used for another text.")});
  auto e = run({"send", "a-1", "filehelper", "x", "--key", "k"});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, HasSubstr("needs a new --key"));
}

TEST_F(Send, WaitsForTheOutcome) {
  server.on(messages, {json(202, R"({"id":"s-1","state":"queued"})")});
  server.on(outbox, {outcome_of("attempting"), outcome_of("sent", R"(,"msg_id":"77")")});
  auto e = run({"send", "a-1", "filehelper", "x", "--wait"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "s-1 sent\n");
}

TEST_F(Send, FailsWhenItIsRefusedUnknownOrExpired) {
  server.on(messages, {json(202, R"({"id":"s-1","state":"queued"})")});
  server.on(outbox, {outcome_of("refused", R"(,"error":"not_a_friend")"), outcome_of("unknown"),
                     outcome_of("expired")});
  auto refused = run({"send", "a-1", "filehelper", "x", "--wait"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_EQ(refused.out, "s-1 refused\n");
  EXPECT_THAT(refused.err, StartsWith("error: s-1 is refused (not_a_friend)\nhint: "));
  auto unknown = run({"send", "a-1", "filehelper", "x", "--wait"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("is not sent again"));
  EXPECT_THAT(unknown.err, HasSubstr("weixinctl outbox settle a-1 s-1 sent"));
  EXPECT_EQ(run({"send", "a-1", "filehelper", "x", "--wait"}).code, 1);
}

TEST_F(Send, ThatStaysInTheQueueTimesOut) {
  server.on(messages, {json(202, R"({"id":"s-1","state":"queued"})")});
  server.on(outbox, {outcome_of("queued")});
  auto e = run({"send", "a-1", "filehelper", "x", "--wait", "--timeout", "0.2"});
  EXPECT_EQ(e.code, 5);
  EXPECT_THAT(e.err, HasSubstr("s-1 is still queued"));
}

TEST_F(Send, ListsTheContactsThatAnAmbiguousNameMeans) {
  server.on(messages,
            {bytes(409, "application/problem+json",
                   R"({"code":"contact_ambiguous","detail":"Several contacts have this name.","candidates":
        [{"ref":"c-1","kind":"friend","nick":"Ann\u001b","remark":"","display":"Ann"},
         {"ref":"c-2","kind":"friend","nick":"Ann","remark":"boss","display":"boss"}]})")});
  auto e = run({"send", "a-1", "Ann", "x"});
  EXPECT_EQ(e.code, 1);
  EXPECT_EQ(e.err, "error: Several contacts have this name. (contact_ambiguous)\n"
                   "REF   KIND     DISPLAY   REMARK   NICK      CONFIDENCE\n"
                   "c-1   friend   Ann       -        Ann\\x1b   -\n"
                   "c-2   friend   boss      boss     Ann       -\n"
                   "hint: send to one of these references instead of the name\n");
}

TEST_F(Send, TellsWhenToTryAgain) {
  server.on(messages, {[](const httpd::request&, const httpd::responder& r) {
              auto full = httpd::problem(429, "queue_full", "The queue is full.");
              full.headers.push_back({"Retry-After", "17"});
              r.send(full);
            }});
  auto e = run({"send", "a-1", "filehelper", "x"});
  EXPECT_EQ(e.code, 1);
  EXPECT_EQ(e.err, "error: The queue is full. (queue_full)\nhint: try again in 17 s\n");
}

TEST_F(Send, AsksAgainWhenItAskedTooOften) {
  reply too_often = [](const httpd::request&, const httpd::responder& r) {
    auto refused = httpd::problem(429, "too_many_requests", "You ask more often than you may.");
    refused.headers.push_back({"Retry-After", "0"});
    r.send(refused);
  };
  server.on(messages, {too_often, too_often, problem(404, "contact_not_found", "No contact has this name.")});
  EXPECT_EQ(run({"send", "a-1", "nobody", "x"}).code, 3);
  server.on(messages, {too_often});
  auto e = run({"send", "a-1", "nobody", "x"});
  EXPECT_EQ(e.code, 1) << "not for ever";
  EXPECT_EQ(server.asked().size(), 3U + 6U);
}

TEST_F(Send, ToAnUnknownContactEndsWithThree) {
  server.on(messages, {problem(404, "contact_not_found", "No contact has this name.")});
  EXPECT_EQ(run({"send", "a-1", "nobody", "x"}).code, 3);
}

} // namespace
} // namespace weixin::ctl::test
