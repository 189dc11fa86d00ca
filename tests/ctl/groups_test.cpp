#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

namespace weixin::ctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string operation(const std::string& state, const std::string& more = {}) {
  return R"({"id":"o-1","operation":"group_add","to":"c-1","state":")" + state + R"(","error":null,"ret":0)" +
         more + "}";
}

class Groups : public ProgramTest {};

TEST_F(Groups, AreATableOfFixedColumns) {
  server.on("GET /v1/accounts/a-1/groups",
            {json(200, R"({"groups":[{"ref":"c-1","display":"Chess club","members":12,"owned":true,)"
                       R"("pinned":false},{"ref":"c-2","display":"a\u001b[2J","members":0}]})")});
  auto e = run({"group", "list", "a-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "REF   DISPLAY      MEMBERS   OWNED   PINNED\n"
                   "c-1   Chess club        12   yes     no\n"
                   "c-2   a\\x1b[2J           0   no      no\n");
  EXPECT_EQ(run({"group", "list", "a-1", "-o", "name"}).out, "c-1\nc-2\n");
}

TEST_F(Groups, ListTheirMembers) {
  server.on("GET /v1/accounts/a-1/groups/Chess%20club/members",
            {json(200, R"({"members":[{"id":"m-1","ref":"c-9","nick":"Lin","display_name":"","owner":true,)"
                       R"("self":true},{"id":"m-2","ref":null,"nick":"Mia","display_name":"queen"}]})")});
  auto e = run({"group", "members", "a-1", "Chess club"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "ID    REF   NICK   NAME-IN-GROUP   ROLE\n"
                   "m-1   c-9   Lin    -               owner,self\n"
                   "m-2   -     Mia    queen           -\n");
}

TEST_F(Groups, AreMadeChangedAndLeft) {
  for (const char* what :
       {"POST /v1/accounts/a-1/groups?wait=20", "POST /v1/accounts/a-1/groups/c-1/members?wait=20",
        "DELETE /v1/accounts/a-1/groups/c-1/members?wait=20", "PATCH /v1/accounts/a-1/groups/c-1?wait=20",
        "DELETE /v1/accounts/a-1/groups/c-1?wait=20"})
    server.on(what, {json(200, operation("confirmed"))});
  EXPECT_EQ(run({"group", "create", "a-1", "Lin", "Mia", "--topic", "Order 4711"}).out, "o-1 confirmed\n");
  EXPECT_EQ(run({"group", "add", "a-1", "c-1", "Zoe"}).code, 0);
  EXPECT_EQ(run({"group", "remove", "a-1", "c-1", "m-2", "m-3"}).code, 0);
  EXPECT_EQ(run({"group", "rename", "a-1", "c-1", "Order 4712"}).code, 0);
  EXPECT_EQ(run({"group", "quit", "a-1", "c-1"}).code, 0);
  EXPECT_THAT(
      server.asked(),
      ElementsAre(R"(POST /v1/accounts/a-1/groups?wait=20 {"members":["Lin","Mia"],"topic":"Order 4711"})",
                  R"(POST /v1/accounts/a-1/groups/c-1/members?wait=20 {"members":["Zoe"]})",
                  R"(DELETE /v1/accounts/a-1/groups/c-1/members?wait=20 {"members":["m-2","m-3"]})",
                  R"(PATCH /v1/accounts/a-1/groups/c-1?wait=20 {"topic":"Order 4712"})",
                  R"(DELETE /v1/accounts/a-1/groups/c-1?wait=20 {})"));
}

TEST_F(Groups, TellThatPeopleWereOnlyInvited) {
  server.on("POST /v1/accounts/a-1/groups/c-1/members?wait=20",
            {json(200, operation("answered", R"(,"way":"invite")"))});
  auto e = run({"group", "add", "a-1", "c-1", "Zoe"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.err, HasSubstr("they were invited"));
}

TEST_F(Groups, NeedNames) {
  EXPECT_EQ(run({"group", "create", "a-1"}).code, 2);
  EXPECT_EQ(run({"group", "rename", "a-1", "c-1"}).code, 2);
  EXPECT_EQ(run({"group", "explode", "a-1"}).code, 2);
  EXPECT_THAT(server.asked(), IsEmpty());
}

} // namespace
} // namespace weixin::ctl::test
