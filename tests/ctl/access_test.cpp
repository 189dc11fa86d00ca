// Tokens, the audit and the console's link.
#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

namespace weixin::ctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* made =
    R"({"id":"t-1","name":"shop","scope":"operator","accounts":["shop-01"],)"
    R"("created_at":"2026-01-31T08:00:00.000Z","expires_at":null,"token":"wxd_abc"})";

class AccessTest : public ProgramTest {};

TEST_F(AccessTest, PrintsANewTokenAloneAndSaysTheRestBeside) {
  server.on("POST /v1/tokens", {json(201, made)});
  auto e =
      run({"token", "create", "shop", "--scope", "operator", "--account", "shop-01", "--expires-in", "2h"});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_EQ(e.out, "wxd_abc\n");
  EXPECT_THAT(e.err, HasSubstr("t-1"));
  EXPECT_THAT(e.err, Not(HasSubstr("wxd_abc")));
  EXPECT_THAT(
      server.asked(),
      ElementsAre(
          R"(POST /v1/tokens {"name":"shop","scope":"operator","accounts":["shop-01"],"expires_in":7200})"));
}

TEST_F(AccessTest, ListsTokensWithoutWhatWouldLetOneIn) {
  server.on("GET /v1/tokens", {json(200, R"({"tokens":[
    {"id":"t-1","name":"shop","kind":"token","scope":"operator","accounts":["shop-01","shop-02"],"created_by":"uid 0",
     "created_at":"2026-01-31T08:00:00.000Z","expires_at":null,"last_used_at":null},
    {"id":"t-2","name":"console","kind":"session","scope":"admin","accounts":null,"created_by":"uid 0",
     "created_at":"2026-01-31T08:00:00.000Z","expires_at":"2026-01-31T20:00:00.000Z","last_used_at":null}]})")});
  auto e = run({"token", "list"});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_THAT(e.out, HasSubstr("shop-01,shop-02"));
  EXPECT_THAT(e.out, testing::ContainsRegex("t-2 +console +session +admin +all"));
  EXPECT_EQ(run({"token", "list", "-o", "name"}).out, "t-1\nt-2\n");
}

TEST_F(AccessTest, RevokesAToken) {
  server.on("DELETE /v1/tokens/t-1", {no_content()});
  server.on("DELETE /v1/tokens/t-9", {problem(404, "token_not_found", "There is no token of that id.")});
  EXPECT_EQ(run({"token", "revoke", "t-1"}).code, 0);
  auto e = run({"token", "revoke", "t-9"});
  EXPECT_EQ(e.code, 3);
  EXPECT_THAT(e.err, HasSubstr("weixinctl token list"));
}

TEST_F(AccessTest, ShowsWhoChangedWhat) {
  server.on("GET /v1/audit?limit=100", {json(200, R"({"audit":[
    {"id":1,"at":"2026-01-31T08:00:00.000Z","refused":false,"who":"local","uid":1000,"pid":4,"token":null,"name":null,
     "from":null,"call":"POST /v1/tokens","account":null,"object":"t-1","status":201,"code":null},
    {"id":2,"at":"2026-01-31T08:00:01.000Z","refused":true,"who":"token","uid":null,"pid":null,"token":"t-1","name":"shop",
     "from":"192.0.2.1","call":"DELETE /v1/accounts/{name}","account":"shop-01","object":null,"status":403,
     "code":"forbidden_scope"}],"next":null})")});
  auto e = run({"audit"});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_THAT(e.out, HasSubstr("uid 1000"));
  EXPECT_THAT(e.out, HasSubstr("token shop t-1"));
  EXPECT_THAT(e.out, HasSubstr("forbidden_scope"));
}

TEST_F(AccessTest, PrintsALinkThatSignsIn) {
  server.on(
      "POST /v1/sign-in-codes",
      {json(
           201,
           R"({"code":"abc","expires_at":"2026-01-31T08:05:00.000Z","url":"http://127.0.0.1:9463/console/"})"),
       json(201, R"({"code":"abc","expires_at":"2026-01-31T08:05:00.000Z","url":null})")});
  auto e = run({"console", "--scope", "read", "--account", "shop-01"});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_EQ(e.out, "http://127.0.0.1:9463/console/#code=abc\n");
  EXPECT_THAT(server.asked(),
              ElementsAre(R"(POST /v1/sign-in-codes {"scope":"read","accounts":["shop-01"]})"));
  auto without = run({"console"});
  EXPECT_EQ(without.code, 1);
  EXPECT_THAT(without.out, IsEmpty());
  EXPECT_THAT(without.err, HasSubstr("api.listen"));
}

} // namespace
} // namespace weixin::ctl::test
