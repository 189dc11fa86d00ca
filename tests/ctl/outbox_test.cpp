#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

namespace weixin::ctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* list = "GET /v1/accounts/a-1/outbox?limit=100";
constexpr const char* one = "GET /v1/accounts/a-1/outbox/s-1";

std::string send_json(const std::string& id, const std::string& state, const std::string& more = {}) {
  return R"({"id":")" + id + R"(","to":"filehelper","state":")" + state +
         R"(","created_at":"2026-01-31T08:00:00.000Z","updated_at":"2026-01-31T08:00:01.000Z","msg_id":null,)"
         R"("error":null,"attempts":1,"expires_at":null,"on_unknown":"report")" +
         more + "}";
}

class Outbox : public ProgramTest {};

TEST_F(Outbox, IsATableOfFixedColumns) {
  server.on(list, {json(200, R"({"sends":[{"id":"s-1","to":"小明\u0007","state":"refused",)"
                             R"("attempts":2,"error":"not_a_friend"},{"id":"s-2","to":"filehelper",)"
                             R"("state":"queued","attempts":0}],"next":null})")});
  auto e = run({"outbox", "list", "a-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "ID    STATE     TO           CREATED   UPDATED   TRIES   ERROR\n"
                   "s-1   refused   小明\\x07     -         -             2   not_a_friend\n"
                   "s-2   queued    filehelper   -         -             0   -\n");
  EXPECT_THAT(e.err, IsEmpty());
  EXPECT_EQ(run({"outbox", "list", "a-1", "-o", "name"}).out, "s-1\ns-2\n");
}

TEST_F(Outbox, ShowsMoreColumnsWhenAsked) {
  server.on(list, {json(200, R"({"sends":[)" + send_json("s-1", "sent") + R"(],"next":null})")});
  EXPECT_THAT(run({"outbox", "list", "a-1", "-o", "wide"}).out,
              StartsWith("ID    STATE   TO           CREATED"));
  EXPECT_THAT(run({"outbox", "list", "a-1", "-o", "wide"}).out,
              HasSubstr("MSG-ID   EXPIRES-AT   ON-UNKNOWN"));
}

TEST_F(Outbox, IsFilteredByTheServer) {
  server.on("GET /v1/accounts/a-1/outbox?state=unknown&after=s-0&limit=5",
            {json(200, R"({"sends":[],"next":null})")});
  auto e = run({"outbox", "list", "a-1", "--state", "unknown", "--after", "s-0", "--limit", "5"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.err, HasSubstr("no sends found"));
}

TEST_F(Outbox, OfManyPagesIsReadPageByPage) {
  server.on("GET /v1/accounts/a-1/outbox?limit=1000",
            {json(200, R"({"sends":[)" + send_json("s-1", "sent") + R"(],"next":"s-1"})")});
  server.on("GET /v1/accounts/a-1/outbox?after=s-1&limit=1000",
            {json(200, R"({"sends":[)" + send_json("s-2", "sent") + R"(],"next":null})")});
  auto e = run({"outbox", "list", "a-1", "--limit", "5000", "-o", "name"});
  EXPECT_EQ(e.out, "s-1\ns-2\n");
  EXPECT_THAT(e.err, IsEmpty());
}

TEST_F(Outbox, TellsWhereToGoOn) {
  server.on("GET /v1/accounts/a-1/outbox?limit=1",
            {json(200, R"({"sends":[)" + send_json("s-1", "sent") + R"(],"next":"s-1"})")});
  auto e = run({"outbox", "list", "a-1", "--limit", "1"});
  EXPECT_THAT(e.err, HasSubstr("--after s-1"));
  EXPECT_THAT(run({"outbox", "list", "a-1", "--limit", "1", "-o", "json"}).out,
              HasSubstr(R"("next":"s-1"})"));
}

TEST_F(Outbox, ThatNamesANextPageForEverIsLeft) {
  server.on("GET /v1/accounts/a-1/outbox?limit=1000", {json(200, R"({"sends":[],"next":"s-1"})")});
  EXPECT_EQ(run({"outbox", "list", "a-1", "--limit", "5000"}).code, 0);
  EXPECT_EQ(server.asked().size(), 1U);
}

TEST_F(Outbox, ShowsOneSendAndWhatToDoAboutIt) {
  server.on(one, {json(200, send_json("s-1", "unknown"))});
  auto e = run({"outbox", "show", "a-1", "s-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.out, HasSubstr("State:      unknown\n"));
  EXPECT_THAT(e.out, HasSubstr("Tries:      1\n"));
  EXPECT_THAT(e.out, HasSubstr("weixinctl outbox settle a-1 s-1 sent"));
  EXPECT_EQ(run({"outbox", "show", "a-1", "s-1", "-o", "json"}).out, send_json("s-1", "unknown") + "\n");
}

TEST_F(Outbox, CancelsRetriesAndSettles) {
  server.on("POST /v1/accounts/a-1/outbox/s-1/cancel", {json(200, send_json("s-1", "refused"))});
  server.on("POST /v1/accounts/a-1/outbox/s-1/retry", {json(200, send_json("s-1", "queued"))});
  server.on("POST /v1/accounts/a-1/outbox/s-1/settle", {json(200, send_json("s-1", "sent"))});
  EXPECT_EQ(run({"outbox", "cancel", "a-1", "s-1"}).out, "s-1 refused\n");
  EXPECT_EQ(run({"outbox", "retry", "a-1", "s-1"}).out, "s-1 queued\n");
  EXPECT_EQ(run({"outbox", "settle", "a-1", "s-1", "sent"}).out, "s-1 sent\n");
  EXPECT_THAT(server.asked(),
              ElementsAre("POST /v1/accounts/a-1/outbox/s-1/cancel", "POST /v1/accounts/a-1/outbox/s-1/retry",
                          R"(POST /v1/accounts/a-1/outbox/s-1/settle {"outcome":"sent"})"));
}

TEST_F(Outbox, KeepsAHostileIdInsideItsSegment) {
  server.on("GET /v1/accounts/a-1/outbox/..%2F..%2Fb-1%3Fx",
            {problem(404, "send_not_found", "No such send.")});
  auto e = run({"outbox", "show", "a-1", "../../b-1?x"});
  EXPECT_EQ(e.code, 3);
  EXPECT_THAT(e.err, HasSubstr("weixinctl outbox list"));
}

TEST_F(Outbox, FailsWhenTheStateDoesNotAllowIt) {
  server.on("POST /v1/accounts/a-1/outbox/s-1/settle", {problem(409, "wrong_state", "The send is queued.")});
  auto e = run({"outbox", "settle", "a-1", "s-1", "refused"});
  EXPECT_EQ(e.code, 1);
  EXPECT_EQ(e.err, "error: The send is queued. (wrong_state)\n"
                   "hint: weixinctl outbox show NAME ID tells what can be done with it\n");
}

class History : public ProgramTest {};

TEST_F(History, IsATableOfChanges) {
  server.on("GET /v1/accounts/a-1/history?limit=100",
            {json(200, R"({"history":[{"id":7,"at":"2026-01-31T04:10:00.000Z","from":"online",)"
                       R"("to":"degraded","reason":"timed_out\u001b[2J"}],"next":null})")});
  auto e = run({"account", "history", "a-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "ID   AT                         FROM     TO         REASON\n"
                   " 7   2026-01-31T04:10:00.000Z   online   degraded   timed_out\\x1b[2J\n");
}

TEST_F(History, GoesOnAfterAChange) {
  server.on("GET /v1/accounts/a-1/history?after=7&limit=2", {json(200, R"({"history":[],"next":null})")});
  auto e = run({"account", "history", "a-1", "--after", "7", "--limit", "2"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.err, HasSubstr("no changes of state"));
}

} // namespace
} // namespace weixin::ctl::test
