#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

namespace weixin::ctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string operation(const std::string& state, const std::string& more = {}) {
  return R"({"id":"o-1","operation":"friend_accept","to":"7","state":")" + state +
         R"(","error":null,"ret":0)" + more + "}";
}

class Friends : public ProgramTest {};

TEST_F(Friends, ListsWhoWaitsForAnAnswer) {
  server.on("GET /v1/accounts/a-1/friend-requests",
            {json(200, R"({"friend_requests":[{"id":"7","received_at":"2026-01-31T08:00:00.000Z",)"
                       R"("nick":"Mia\u0007","greeting":"hi","acceptable":true},{"id":"8","nick":"Zoe",)"
                       R"("acceptable":false}]})")});
  auto e = run({"friend", "list-requests", "a-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "ID   RECEIVED                   NICK      GREETING   ACCEPTABLE\n"
                   "7    2026-01-31T08:00:00.000Z   Mia\\x07   hi         yes\n"
                   "8    -                          Zoe       -          no\n");
  EXPECT_EQ(run({"friend", "list-requests", "a-1", "-o", "name"}).out, "7\n8\n");
}

TEST_F(Friends, SaysSoWhenNobodyWaits) {
  server.on("GET /v1/accounts/a-1/friend-requests", {json(200, R"({"friend_requests":[]})")});
  EXPECT_THAT(run({"friend", "list-requests", "a-1"}).err, HasSubstr("nobody waits"));
}

TEST_F(Friends, AreAcceptedRejectedAndIgnored) {
  server.on("POST /v1/accounts/a-1/friend-requests/7/accept?wait=20", {json(200, operation("confirmed"))});
  server.on("POST /v1/accounts/a-1/friend-requests/7/reject?wait=20", {json(200, operation("answered"))});
  server.on("POST /v1/accounts/a-1/friend-requests/7/ignore", {no_content()});
  auto accepted = run({"friend", "accept", "a-1", "7"});
  EXPECT_EQ(accepted.code, 0);
  EXPECT_EQ(accepted.out, "o-1 confirmed\n");
  EXPECT_THAT(accepted.err, IsEmpty());
  auto rejected = run({"friend", "reject", "a-1", "7"});
  EXPECT_EQ(rejected.code, 0);
  EXPECT_THAT(rejected.err, HasSubstr("the change was not seen"));
  EXPECT_EQ(run({"friend", "ignore", "a-1", "7"}).code, 0);
}

TEST_F(Friends, AreWaitedForWhenTheServerIsNotDone) {
  server.on("POST /v1/accounts/a-1/friend-requests/7/accept?wait=20", {json(202, operation("queued"))});
  server.on("GET /v1/accounts/a-1/operations/o-1",
            {json(200, operation("confirming")), json(200, operation("confirmed"))});
  auto e = run({"friend", "accept", "a-1", "7"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "o-1 confirmed\n");
}

TEST_F(Friends, AreNotWaitedForWhenAskedSo) {
  server.on("POST /v1/accounts/a-1/friend-requests/7/accept?wait=0", {json(202, operation("queued"))});
  auto e = run({"friend", "accept", "a-1", "7", "--no-wait"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "o-1 queued\n");
  EXPECT_THAT(e.err, HasSubstr("waits for its turn"));
}

TEST_F(Friends, FailWhenWeixinRefuses) {
  server.on("POST /v1/accounts/a-1/friends?wait=20",
            {json(200, R"({"id":"o-1","state":"refused","error":"too_frequent","ret":1205})")});
  auto e = run({"friend", "request", "a-1", "m-1", "--group", "Chess club", "--greeting", "hello there"});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, HasSubstr("o-1 is refused (too_frequent)"));
  EXPECT_THAT(server.asked(),
              ElementsAre(R"(POST /v1/accounts/a-1/friends?wait=20 {"to":"m-1","group":"Chess club",)"
                          R"("greeting":"hello there"})"));
}

TEST_F(Friends, GetARemarkOrAPin) {
  server.on("PATCH /v1/accounts/a-1/contacts/Lin%20W?wait=20", {json(200, operation("confirmed"))});
  EXPECT_EQ(run({"friend", "remark", "a-1", "Lin W", "Supplier"}).code, 0);
  EXPECT_EQ(run({"friend", "remark", "a-1", "Lin W"}).code, 0);
  EXPECT_EQ(run({"friend", "pin", "a-1", "Lin W"}).code, 0);
  EXPECT_EQ(run({"friend", "unpin", "a-1", "Lin W"}).code, 0);
  EXPECT_THAT(server.asked(),
              ElementsAre(R"(PATCH /v1/accounts/a-1/contacts/Lin%20W?wait=20 {"remark":"Supplier"})",
                          R"(PATCH /v1/accounts/a-1/contacts/Lin%20W?wait=20 {"remark":""})",
                          R"(PATCH /v1/accounts/a-1/contacts/Lin%20W?wait=20 {"pinned":true})",
                          R"(PATCH /v1/accounts/a-1/contacts/Lin%20W?wait=20 {"pinned":false})"));
}

TEST_F(Friends, AreSaidToBeWhoAReferenceMeant) {
  const std::string confirm = "POST /v1/accounts/a-1/contacts/c-0/confirm";
  server.on(confirm, {json(200, R"({"ref":"c-0","kind":"friend","nick":"Lin","remark":"","display":"Lin",
                                    "confidence":"certain","basis":"confirmed","likely":null})")});
  EXPECT_THAT(run({"friend", "confirm", "a-1", "c-0"}).out, HasSubstr("certain"));
  EXPECT_EQ(run({"friend", "confirm", "a-1", "c-0", "Lin W", "-o", "name"}).out, "c-0\n");
  EXPECT_THAT(server.asked(), ElementsAre(confirm + " {}", confirm + R"( {"contact":"Lin W"})"));
}

TEST_F(Friends, ThatWaitForNothingAreNotFound) {
  server.on("POST /v1/accounts/a-1/friend-requests/9/accept?wait=20",
            {problem(404, "friend_request_not_found", "No friend request of that id waits.")});
  auto e = run({"friend", "accept", "a-1", "9"});
  EXPECT_EQ(e.code, 3);
  EXPECT_THAT(e.err, HasSubstr("weixinctl friend list-requests"));
}

} // namespace
} // namespace weixin::ctl::test
