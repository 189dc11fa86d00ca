#include "tests/ctl/program.hpp"
#include "version.hpp"

#include <gmock/gmock.h>

namespace weixin::ctl::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* status =
    R"({"version":"7.8.9","pid":41,"started_at":"2026-01-31T08:00:00.000Z",)"
    R"("metrics_listen":"127.0.0.1:9464","ready":true,"accounts":{"online":3,"held":1,"stopped":0}})";

class Server : public ProgramTest {};

TEST_F(Server, StatusIsToldInWords) {
  server.on("GET /v1/status", {json(200, status)});
  auto e = run({"status"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.out, AllOf(HasSubstr("Version:    7.8.9\n"), HasSubstr("PID:        41\n"),
                           HasSubstr("Ready:      yes\n"), HasSubstr("Metrics:    127.0.0.1:9464\n"),
                           HasSubstr("Accounts:   4 (3 online, 1 held)\n")));
  EXPECT_EQ(run({"status", "-o", "json"}).out, std::string{status} + "\n");
}

TEST_F(Server, StatusTellsHowTheStoreIs) {
  server.on(
      "GET /v1/status",
      {json(200, R"({"ready":true,"store":{"accepting":true,"database_bytes":13107200,"waiting_calls":0}})"),
       json(200, R"({"ready":true,"store":{"accepting":false,"database_bytes":700,"waiting_calls":3}})")});
  EXPECT_THAT(run({"status"}).out, HasSubstr("Store:      takes writes, 12.5 MiB\n"));
  EXPECT_THAT(run({"status"}).out,
              HasSubstr("Store:      takes nothing, 700 B, 3 calls wait; the disk is full"));
}

TEST_F(Server, VersionIsShownBesideTheOwn) {
  server.on("GET /v1/status", {json(200, status)});
  EXPECT_EQ(run({"version"}).out, std::string{"weixinctl "} + version + "\nweixind 7.8.9\n");
  EXPECT_EQ(run({"version", "-o", "json"}).out,
            std::string{"{\"weixinctl\":\""} + version + "\",\"weixind\":\"7.8.9\"}\n");
}

TEST_F(Server, VersionIsToldWithoutAServerToo) {
  server.stop();
  auto e = run({"version"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, std::string{"weixinctl "} + version + "\n");
  EXPECT_THAT(e.err, HasSubstr("cannot reach weixind"));
}

TEST_F(Server, SocketComesFromTheEnvironment) {
  server.on("GET /v1/status", {json(200, status)});
  EXPECT_EQ(run_program({"status"}, {.environment = {"WEIXIND_SOCKET=" + server.socket()}}).code, 0);
  auto e = run_program({"status", "--socket", server.socket()}, {.environment = {"WEIXIND_SOCKET=/nowhere"}});
  EXPECT_EQ(e.code, 0) << e.err;
}

TEST_F(Server, ThatIsNotThereIsNamedWithWhatToCheck) {
  server.stop();
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"status"},
                                                                     {"account", "list"},
                                                                     {"account", "add", "a"},
                                                                     {"contacts", "a"},
                                                                     {"send", "a", "b", "c"},
                                                                     {"account", "remove", "a", "--yes"}}) {
    auto e = run(arguments);
    EXPECT_EQ(e.code, 4) << testing::PrintToString(arguments);
    EXPECT_THAT(e.out, IsEmpty());
    EXPECT_THAT(e.err,
                AllOf(StartsWith("error: cannot reach weixind: " + server.socket()), HasSubstr("\nhint: "),
                      HasSubstr("systemctl status weixind"), HasSubstr("WEIXIND_SOCKET")));
  }
}

TEST_F(Server, ThatClosesTheConnectionIsUnreachable) {
  server.on("GET /v1/status", {hang_up()});
  EXPECT_EQ(run({"status"}).code, 4);
}

TEST_F(Server, ThatDoesNotAnswerTimesOut) {
  server.on("GET /v1/status", {silence()});
  auto e = run({"status", "--timeout", "0.1"});
  EXPECT_EQ(e.code, 5);
  EXPECT_THAT(e.err, AllOf(HasSubstr("did not answer in time"), HasSubstr("--timeout")));
}

TEST_F(Server, OfAnotherKindIsTold) {
  server.on("GET /v1/status", {bytes(200, "text/html", "<html>"), bytes(502, "text/html", "<html>\x1b"),
                               json(200, "[1]"), bytes(403, "text/plain", "no")});
  auto page = run({"status"});
  EXPECT_EQ(page.code, 1);
  EXPECT_THAT(page.err, HasSubstr("does not speak weixind's admin API"));
  EXPECT_THAT(run({"status"}).err, StartsWith("error: weixind answered 502 without saying why\n"));
  EXPECT_EQ(run({"status"}).code, 1);
  EXPECT_THAT(run({"status"}).err, HasSubstr("members of the socket's group"));
}

TEST_F(Server, OfAnOlderVersionIsNoMissingAccount) {
  auto e = run({"status"}); // not in the script: 404 not_found
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, HasSubstr("different versions"));
}

TEST_F(Server, UsageErrorsAreToldOnStderrWithTwo) {
  auto e = run({"account", "ad", "x"});
  EXPECT_EQ(e.code, 2);
  EXPECT_THAT(e.out, IsEmpty());
  EXPECT_THAT(e.err, HasSubstr("--help"));
  EXPECT_EQ(run_program({"status", "--socket", std::string(108, 'x')}).code, 2);
}

TEST_F(Server, HelpGoesToStandardOutput) {
  auto e = run_program({"--help"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.out, HasSubstr("Examples:"));
  EXPECT_THAT(e.err, IsEmpty());
}

TEST_F(Server, ResultsThatCannotBeWrittenAreAFailure) {
  server.on("GET /v1/status", {json(200, status)});
  auto e = run({"status"}, {.output_file = "/dev/full"});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, HasSubstr("cannot write the result"));
}

} // namespace
} // namespace weixin::ctl::test
