#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

namespace weixin::ctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string queued() {
  return R"({"id":"o-2","operation":"friend_request","to":"c-1","state":"queued","error":null,"ret":0,)"
         R"("created_at":"2026-01-31T08:00:00.000Z","updated_at":"2026-01-31T08:00:00.000Z",)"
         R"("not_before":"2026-01-31T08:01:00.000Z"})";
}
std::string refused() {
  return R"({"id":"o-1","operation":"group_add","to":"c-2","state":"refused","error":"server_error","ret":-1,)"
         R"("created_at":"2026-01-31T07:00:00.000Z","updated_at":"2026-01-31T07:00:01.000Z",)"
         R"("not_before":null,"way":"add"})";
}

class Operations : public ProgramTest {};

TEST_F(Operations, AreATableWithTheTimeBeforeWhichTheyAreNotBegun) {
  server.on("GET /v1/accounts/a-1/operations",
            {json(200, R"({"operations":[)" + queued() + "," + refused() + "]}")});
  auto e = run({"operation", "list", "a-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.out, HasSubstr("ID    OPERATION        STATE     TO"));
  EXPECT_THAT(e.out, HasSubstr("NOT-BEFORE"));
  EXPECT_THAT(e.out, HasSubstr("2026-01-31T08:01:00.000Z"));
  EXPECT_THAT(e.out, HasSubstr("server_error"));
  EXPECT_THAT(e.out, Not(HasSubstr("WAY")));
  auto wide = run({"operation", "list", "a-1", "-o", "wide"});
  EXPECT_THAT(wide.out, HasSubstr("CREATED"));
  EXPECT_THAT(wide.out, HasSubstr("-1    add"));
  EXPECT_EQ(run({"operation", "list", "a-1", "-o", "name"}).out, "o-2\no-1\n");
  EXPECT_THAT(run({"operation", "list", "a-1", "-o", "json"}).out,
              HasSubstr(R"("not_before":"2026-01-31T08:01)"));
}

TEST_F(Operations, AreNoneAfterARestart) {
  server.on("GET /v1/accounts/a-1/operations", {json(200, R"({"operations":[]})")});
  EXPECT_THAT(run({"operation", "list", "a-1"}).err, HasSubstr("since weixind was started"));
}

TEST_F(Operations, ShowAllOfOneAndWhatToDo) {
  server.on("GET /v1/accounts/a-1/operations/o-2", {json(200, queued())});
  auto e = run({"operation", "show", "a-1", "o-2"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.out, HasSubstr("State:      queued\nNot before: 2026-01-31T08:01:00Z"));
  EXPECT_THAT(e.out, HasSubstr("it waits for its turn"));
  EXPECT_EQ(run({"operation", "show", "a-1", "o-2", "-o", "name"}).out, "o-2\n");
  server.on("GET /v1/accounts/a-1/operations/o-1", {json(200, refused())});
  EXPECT_THAT(run({"operation", "show", "a-1", "o-1"}).out, HasSubstr("Weixin's:   -1\n"));
}

TEST_F(Operations, ThatARestartForgotSayWhatToDo) {
  server.on("GET /v1/accounts/a-1/operations/o-9", {problem(404, "operation_not_found", "Not remembered.")});
  auto e = run({"operation", "show", "a-1", "o-9"});
  EXPECT_EQ(e.code, 3);
  EXPECT_THAT(e.err, HasSubstr("do not outlive a restart"));
  EXPECT_THAT(e.err, HasSubstr("ask again"));
}

TEST_F(Operations, NeedAnAccountAndAnId) {
  EXPECT_EQ(run({"operation", "list"}).code, 2);
  EXPECT_EQ(run({"operation", "show", "a-1"}).code, 2);
  EXPECT_THAT(server.asked(), IsEmpty());
}

class Questions : public ProgramTest {
protected:
  static std::string answered(const std::string& kind, const std::string& more) {
    return R"({"id":"o-1","operation":")" + kind + R"(","to":null,"state":"answered","error":null,"ret":0,)" +
           more + "}";
  }
};

TEST_F(Questions, SearchShowsWhomWeixinNames) {
  server.on(
      "POST /v1/accounts/a-1/contacts/search?wait=20",
      {json(200, answered("contact_search", R"("found":[{"ref":"c-7","kind":"stranger",)"
                                            R"("display":"Lin\u0007","remark":"","nick":"Lin",)"
                                            R"("confidence":"certain","basis":"fresh","likely":null}])"))});
  auto e = run({"search", "a-1", "Lin"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "o-1 answered\n"
                   "REF   KIND       DISPLAY   REMARK   NICK   CONFIDENCE\n"
                   "c-7   stranger   Lin\\x07   -        Lin    certain\n");
  EXPECT_THAT(e.err, IsEmpty());
  EXPECT_THAT(server.asked(),
              ElementsAre(R"(POST /v1/accounts/a-1/contacts/search?wait=20 {"keyword":"Lin"})"));
}

TEST_F(Questions, CheckOfALinkSaysWhereItLeads) {
  server.on("POST /v1/accounts/a-1/links/check?wait=20",
            {json(200, answered("link_check", R"("leads_to":"https://warning.example/")"))});
  auto e = run({"check-link", "a-1", "https://example.org/"});
  EXPECT_EQ(e.out, "o-1 answered\nleads to https://warning.example/\n");
  EXPECT_THAT(e.err, IsEmpty());
}

TEST_F(Questions, ReportSaysWhatIsReported) {
  server.on("POST /v1/accounts/a-1/activity?wait=20",
            {json(200, answered("activity_report", R"("way":"")"))});
  auto e = run({"report-activity", "a-1", "send-message"});
  EXPECT_EQ(e.out, "o-1 answered\n");
  EXPECT_THAT(server.asked(),
              ElementsAre(R"(POST /v1/accounts/a-1/activity?wait=20 {"action":"send-message"})"));
}

TEST_F(Questions, NamesOfMembersMayBeLeftOver) {
  server.on("POST /v1/accounts/a-1/groups/Chess%20club/members/names?wait=20",
            {json(200, answered("group_details", R"("way":"")"))});
  EXPECT_THAT(run({"group", "names", "a-1", "Chess club"}).err, HasSubstr("no name yet"));
}

TEST_F(Questions, ReplyToARequestSaysWhoTheAccountIs) {
  server.on("POST /v1/accounts/a-1/friend-requests/7/reply?wait=20",
            {json(200, answered("friend_reply", R"("way":"")"))});
  EXPECT_THAT(run({"friend", "reply", "a-1", "7", "who?"}).err,
              HasSubstr("does not tell whether it was read"));
  EXPECT_EQ(run({"friend", "reply", "a-1", "7", "it is me", "--as-sender"}).code, 0);
  EXPECT_THAT(
      server.asked(),
      ElementsAre(
          R"(POST /v1/accounts/a-1/friend-requests/7/reply?wait=20 {"text":"who?"})",
          R"(POST /v1/accounts/a-1/friend-requests/7/reply?wait=20 {"text":"it is me","as_sender":true})"));
  EXPECT_EQ(run({"friend", "reply", "a-1", "7"}).code, 2);
}

TEST_F(Questions, FriendIsAddedWithoutBeingAsked) {
  server.on("POST /v1/accounts/a-1/friends?wait=20",
            {json(200, R"({"id":"o-1","operation":"friend_add","state":"confirmed","error":null,"ret":0})")});
  EXPECT_EQ(run({"friend", "request", "a-1", "c-1", "--direct"}).code, 0);
  EXPECT_THAT(server.asked(),
              ElementsAre(R"(POST /v1/accounts/a-1/friends?wait=20 {"to":"c-1","direct":true})"));
}

} // namespace
} // namespace weixin::ctl::test
