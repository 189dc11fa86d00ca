#include "ctl/run.hpp"
#include "tests/ctl/fake_admin.hpp"
#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace weixin::ctl::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

reply code(const std::string& uuid, int attempt) {
  return json(200, R"({"url":"https://login.example/l/)" + uuid + R"(","uuid":")" + uuid + R"(","attempt":)" +
                       std::to_string(attempt) + "}");
}

reply state(const std::string& name, const std::string& more = {}) {
  return json(200, account_json("a-1", name, more));
}

/// Runs the whole program in this process, where waiting takes no time.
class Login : public testing::Test {
protected:
  ended run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--socket", server.socket()});
    std::ostringstream out;
    std::ostringstream err;
    std::istringstream in;
    console terminal{out, err, in, [this](std::chrono::milliseconds) { ++pauses; }};
    terminal.is_utf8 = true;
    auto end = weixin::ctl::run(arguments, terminal);
    return {static_cast<int>(end), out.str(), err.str()};
  }
  void account_is(std::vector<reply> states) { server.on("GET /v1/accounts/a-1", std::move(states)); }

  fake_admin server;
  int pauses = 0;
};

TEST_F(Login, OfANewAccountShowsTheCodeAndEndsOnline) {
  server.on("POST /v1/accounts", {json(201, account_json("a-1", "stopped"))});
  account_is({state("stopped"), state("starting"), state("awaiting_scan"), state("awaiting_confirm"),
              state("starting"), state("online", R"(,"nickname":"小店\u001b[31m")")});
  server.on("GET /v1/accounts/a-1/qr", {code("AAA", 1)});
  auto e = run({"account", "add", "a-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.out, AllOf(HasSubstr("\u2588"), HasSubstr("https://login.example/l/AAA\n"),
                           HasSubstr("\nonline as 小店\\x1b[31m\n")));
  EXPECT_THAT(e.err, HasSubstr("scanned, confirm on the phone\n"));
}

TEST_F(Login, DrawsEachCodeOnce) {
  server.on("POST /v1/accounts", {json(201, account_json("a-1", "starting"))});
  account_is({state("awaiting_scan"), state("awaiting_scan"), state("starting", R"(,"reason":"qr_expired")"),
              state("awaiting_scan"), state("awaiting_scan"), state("online")});
  server.on("GET /v1/accounts/a-1/qr", {code("AAA", 1), code("AAA", 1), code("BBB", 2)});
  auto e = run({"account", "add", "a-1"});
  EXPECT_EQ(e.code, 0);
  auto first = e.out.find("/l/AAA");
  auto second = e.out.find("/l/BBB");
  EXPECT_NE(first, std::string::npos);
  EXPECT_NE(second, std::string::npos);
  EXPECT_EQ(e.out.find("/l/AAA", first + 1), std::string::npos);
  EXPECT_EQ(e.out.find("/l/BBB", second + 1), std::string::npos);
  EXPECT_THAT(e.err, HasSubstr("a new code, number 2"));
}

TEST_F(Login, LeavesStandardOutputToTheResultForPrograms) {
  server.on("POST /v1/accounts", {json(201, account_json("a-1", "starting"))});
  account_is({state("awaiting_scan"), state("online")});
  server.on("GET /v1/accounts/a-1/qr", {code("AAA", 1)});
  auto e = run({"account", "add", "a-1", "-o", "name"});
  EXPECT_EQ(e.out, "a-1\n");
  EXPECT_THAT(e.err, HasSubstr("https://login.example/l/AAA"));
}

TEST_F(Login, ThatNeedsAPersonFailsWithAdvice) {
  server.on("POST /v1/accounts", {json(201, account_json("a-1", "starting"))});
  account_is({state("needs_login", R"(,"reason":"nobody scanned")")});
  auto e = run({"account", "add", "a-1"});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, StartsWith("error: a-1 is needs_login (nobody scanned)\nhint: "));
  EXPECT_THAT(e.out, IsEmpty());
  for (const char* reason : {"kicked", "barred", "different_user", "duplicate_user"}) {
    account_is({state("held", R"(,"reason":")" + std::string{reason} + "\"")});
    auto held = run({"account", "add", "a-1"});
    EXPECT_EQ(held.code, 1) << reason;
    EXPECT_THAT(held.err, HasSubstr(std::string{"a-1 is held ("} + reason + ")\nhint: ")) << reason;
  }
}

TEST_F(Login, OfAnAccountThatIsRemovedMeanwhileIsNotFound) {
  server.on("POST /v1/accounts", {json(201, account_json("a-1", "starting"))});
  account_is({state("starting"), problem(404, "account_not_found", "Gone.")});
  EXPECT_EQ(run({"account", "add", "a-1"}).code, 3);
}

TEST_F(Login, OutlivesAServerThatIsAwayForAMoment) {
  server.on("POST /v1/accounts", {json(201, account_json("a-1", "starting"))});
  account_is({state("starting"), hang_up(), hang_up(), state("online")});
  auto e = run({"account", "add", "a-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.err, HasSubstr("weixind does not answer, trying again\n"));
}

TEST_F(Login, GivesUpOnAServerThatStaysAway) {
  server.on("POST /v1/accounts", {json(201, account_json("a-1", "starting"))});
  account_is({state("starting"), hang_up()});
  EXPECT_EQ(run({"account", "add", "a-1"}).code, 4);
  EXPECT_LT(pauses, 30);
}

TEST_F(Login, EndsAtItsTimeoutAndTellsHowToComeBack) {
  server.on("POST /v1/accounts", {json(201, account_json("a-1", "starting"))});
  account_is({state("awaiting_scan")});
  server.on("GET /v1/accounts/a-1/qr", {code("AAA", 1)});
  auto e = run({"account", "add", "a-1", "--timeout", "0.3"});
  EXPECT_EQ(e.code, 5);
  EXPECT_THAT(e.err, HasSubstr("a-1 is still awaiting_scan"));
  EXPECT_THAT(e.err, HasSubstr("weixinctl account qr a-1 --wait"));
}

TEST_F(Login, IsTakenUpAgainByQrWait) {
  account_is({state("awaiting_scan"), state("online", R"(,"nickname":"Ann")")});
  server.on("GET /v1/accounts/a-1/qr", {code("AAA", 1)});
  auto e = run({"account", "qr", "a-1", "--wait"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.out, HasSubstr("\nonline as Ann\n"));
}

TEST_F(Login, AnewDoesNotTakeTheOldStateForItsOutcome) {
  auto before = state("online", R"(,"nickname":"Ann")");
  account_is({before, before, state("awaiting_scan"), state("held", R"(,"reason":"different_user")")});
  server.on("POST /v1/accounts/a-1/relogin", {json(202, account_json("a-1", "online"))});
  server.on("GET /v1/accounts/a-1/qr", {code("AAA", 1)});
  auto e = run({"account", "relogin", "a-1"});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.out, AllOf(HasSubstr("/l/AAA"), Not(HasSubstr("online as"))));
}

TEST_F(Login, WithALinkThatFitsNoCodeStillGoesOn) {
  server.on("POST /v1/accounts", {json(201, account_json("a-1", "starting"))});
  account_is({state("awaiting_scan"), state("online")});
  server.on("GET /v1/accounts/a-1/qr", {code(std::string(1000, 'x'), 1)});
  auto e = run({"account", "add", "a-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.err, HasSubstr("makes no QR code"));
}

class LoginProgram : public ProgramTest {};

TEST_F(LoginProgram, WaitsAndEndsOnline) {
  server.on("POST /v1/accounts", {json(201, account_json("a-1", "starting"))});
  server.on("GET /v1/accounts/a-1", {state("awaiting_scan"), state("online", R"(,"nickname":"小店")")});
  server.on("GET /v1/accounts/a-1/qr", {code("AAA", 1)});
  auto e = run({"account", "add", "a-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.out, HasSubstr("\nonline as 小店\n"));
}

TEST_F(LoginProgram, TimesOutWithFive) {
  server.on("POST /v1/accounts", {json(201, account_json("a-1", "starting"))});
  server.on("GET /v1/accounts/a-1", {state("starting")});
  EXPECT_EQ(run({"account", "add", "a-1", "--timeout", "0.2"}).code, 5);
}

} // namespace
} // namespace weixin::ctl::test
