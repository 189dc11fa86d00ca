// weixinctl apply and reload: what is sent, what is shown, and when a person is asked.
#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace weixin::ctl::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* plan =
    R"({"changes":[{"action":"remove","name":"old-01","fields":[]},)"
    R"({"action":"change","name":"shop-01","fields":[{"field":"bots","before":["echo"],"after":["faq"]},)"
    R"({"field":"media","before":null,"after":"all"}]},)"
    R"({"action":"add","name":"shop-03","fields":[{"field":"desired","before":null,"after":"running"},)"
    R"({"field":"bots","before":null,"after":["faq"]},{"field":"login","before":null,"after":"web"}]}],)"
    R"("unchanged":1,"revision":"r1","applied":false})";
constexpr const char* additions =
    R"({"changes":[{"action":"add","name":"shop-03","fields":[]}],"unchanged":2,"revision":"r2","applied":true})";
constexpr const char* nothing = R"({"changes":[],"unchanged":2,"revision":"r3","applied":false})";

struct ApplyTest : ProgramTest {
  std::string fleet = server.file("fleet.toml");

  void write(const std::string& text) { std::ofstream{fleet} << text; }
  ApplyTest() { write("[[account]]\nname = 'shop-03'\nbots = ['faq']\n"); }
};

TEST_F(ApplyTest, ShowsOneLineAnAccount) {
  server.on("POST /v1/apply", {json(200, plan)});
  auto e = run({"apply", "-f", fleet, "--dry-run", "--prune"});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_EQ(e.out, "- old-01\n~ shop-01 bots: [echo] -> [faq], media: default -> all\n+ shop-03 bots: [faq]\n"
                   "1 to add, 1 to change, 1 to remove, 1 unchanged\n");
  EXPECT_THAT(server.asked(), ElementsAre(R"(POST /v1/apply {"accounts":[{"bots":["faq"],"name":"shop-03"}],)"
                                          R"("prune":true,"dry_run":true})"));
}

TEST_F(ApplyTest, AppliesThePlanThatItShowed) {
  server.on("POST /v1/apply", {json(200, additions), json(200, additions)});
  auto e = run({"apply", "-f", fleet});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_EQ(e.out, "+ shop-03\n1 added, 0 changed, 0 removed, 2 unchanged\n");
  ASSERT_EQ(server.asked().size(), 2U);
  EXPECT_THAT(server.asked()[1], HasSubstr(R"("prune":false,"dry_run":false,"revision":"r2"})"));
}

TEST_F(ApplyTest, ChangesNothingTheSecondTime) {
  server.on("POST /v1/apply", {json(200, nothing)});
  auto e = run({"apply", "-f", fleet});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "0 changes; 2 accounts are as they are\n");
  EXPECT_EQ(server.asked().size(), 1U) << "there is nothing to ask for";
}

TEST_F(ApplyTest, RemovesNothingThatNobodyConfirmed) {
  server.on("POST /v1/apply", {json(200, plan)});
  auto e = run({"apply", "-f", fleet, "--prune"});
  EXPECT_EQ(e.code, 2);
  EXPECT_THAT(e.err, HasSubstr("--yes removes without asking"));
  auto asked = run({"apply", "-f", fleet, "--prune"}, {.input = "n\n", .on_terminal = true});
  EXPECT_EQ(asked.code, 1);
  EXPECT_THAT(asked.out, AllOf(HasSubstr("Remove 1 account and all that is stored for them? [y/N]"),
                               HasSubstr("nothing was changed")));
  for (const auto& what : server.asked())
    EXPECT_THAT(what, HasSubstr(R"("dry_run":true)"));
}

TEST_F(ApplyTest, RemovesWhatIsConfirmed) {
  server.on("POST /v1/apply", {json(200, plan)});
  auto e = run({"apply", "-f", fleet, "--prune"}, {.input = "y\n", .on_terminal = true});
  EXPECT_EQ(e.code, 0) << e.out;
  EXPECT_THAT(e.out, HasSubstr("1 added, 1 changed, 1 removed"));
  EXPECT_EQ(run({"apply", "-f", fleet, "--prune", "--yes"}).code, 0);
  EXPECT_EQ(server.asked().size(), 4U);
}

TEST_F(ApplyTest, ReadsStandardInput) {
  server.on("POST /v1/apply", {json(200, nothing)});
  auto e = run({"apply", "-f", "-"}, {.input = "[[account]]\nname = 'a'\n"});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_THAT(server.asked()[0], HasSubstr(R"([{"name":"a"}])"));
}

TEST_F(ApplyTest, IsJsonOrNamesForPrograms) {
  server.on("POST /v1/apply", {json(200, additions)});
  EXPECT_EQ(run({"apply", "-f", fleet, "-o", "json"}).out, std::string{additions} + "\n");
  EXPECT_EQ(run({"apply", "-f", fleet, "-o", "name"}).out, "shop-03\n");
}

TEST_F(ApplyTest, SendsAProxyFromItsFile) {
  server.on("POST /v1/apply", {json(200, nothing)});
  auto proxy = server.file("proxy.txt");
  std::ofstream{proxy} << "http://anna:password@proxy:1\n";
  write("[[account]]\nname = 'a'\nproxy_file = '" + proxy + "'\n[[account]]\nname = 'b'\nproxy = ''\n");
  EXPECT_EQ(run({"apply", "-f", fleet}).code, 0);
  EXPECT_THAT(server.asked()[0], HasSubstr(R"([{"name":"a","proxy":"http://anna:password@proxy:1"},)"
                                           R"({"name":"b","proxy":null}])"));
}

TEST_F(ApplyTest, TellsTheLinesOfWhatTheServerRefuses) {
  server.on("POST /v1/apply",
            {bytes(422, "application/problem+json",
                   R"({"title":"x","status":422,"code":"invalid_argument",)"
                   R"("detail":"2 mistakes in the accounts; nothing was changed","errors":[)"
                   R"({"pointer":"/accounts/1/bots","account":"b","detail":"no bot"},)"
                   R"({"pointer":"/accounts/0","account":null,"detail":"no name"},)"
                   R"({"pointer":"/accounts/99","account":null,"detail":"?"}]})")});
  write("[[account]]\nmedia = 'all'\n\n[[account]]\nname = 'b'\nbots = ['x']\n");
  auto e = run({"apply", "-f", fleet});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, AllOf(HasSubstr("error: 2 mistakes in the accounts; nothing was changed"),
                           HasSubstr(fleet + ":6:1: no bot\n"), HasSubstr(fleet + ":1:1: no name\n"),
                           HasSubstr(fleet + ": ?\n")));
}

TEST_F(ApplyTest, SaysWhatToDoWhenThePlanIsOld) {
  server.on("POST /v1/apply", {json(200, additions), problem(409, "plan_changed", "other accounts")});
  auto e = run({"apply", "-f", fleet});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, HasSubstr("hint: run it again"));
}

TEST_F(ApplyTest, AsksNobodyAboutAFileThatIsNone) {
  struct {
    std::string text, what;
  } files[] = {
      {"[[account]]\nname = ", ":2:8: not TOML"},
      {"[limits]\nmax_accounts = 3\n", ":1:2: limits: only [[account]] tables"},
      {"account = 3\n", "each under [[account]]"},
      {"account = [3]\n", "each under [[account]]"},
      {"[[account]]\nname = 'a'\nbots = [['x']]\n", ":3:9: found a table, a date or a list in a list"},
      {"[[account]]\nname = 1979-05-27\n", ":2:8: found a table, a date"},
      {"[[account]]\nname = 'a'\n[account.proxy]\nx = 1\n", "found a table"},
      {"[[account]]\nproxy = 'a'\nproxy_file = 'b'\n", "proxy_file stands beside proxy"},
      {"[[account]]\nproxy_file = '/nowhere/at/all'\n", ":2:1: cannot read /nowhere/at/all"},
      {"[[account]]\nproxy_file = '-'\n", "proxy_file must be the path of a file"},
      {"[[account]]\n" + std::string(400, '.') + "\n", "a name of too many parts"},
      {std::string(1024 * 1024 + 1, '#'), "is larger than 1048576 bytes"}};
  for (const auto& file : files) {
    write(file.text);
    auto e = run({"apply", "-f", fleet});
    EXPECT_EQ(e.code, 1) << file.text.substr(0, 80);
    EXPECT_THAT(e.err, HasSubstr(file.what)) << file.text.substr(0, 80);
  }
  EXPECT_EQ(run({"apply", "-f", server.file("missing.toml")}).code, 1);
  EXPECT_EQ(run({"apply"}).code, 2);
  EXPECT_THAT(server.asked(), IsEmpty());
}

// -- reload
// ----------------------------------------------------------------------------------------------------------

struct ReloadTest : ProgramTest {};

constexpr const char* reloaded =
    R"({"applied":true,"changed":["bots.*","limits.*"],"accounts":{"changes":[{"action":"add","name":"a",)"
    R"("fields":[]}],"unchanged":0,"revision":"r"},"undeclared":["old-01"]})";

TEST_F(ReloadTest, SaysWhatChanged) {
  server.on("POST /v1/reload", {json(200, reloaded)});
  auto e = run({"reload"});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_EQ(e.out, "+ a\nreloaded: bots.*, limits.*\n");
  EXPECT_THAT(e.err, HasSubstr("old-01 is not in the file any more, and runs on"));
  EXPECT_THAT(server.asked(), ElementsAre("POST /v1/reload {}"));
}

TEST_F(ReloadTest, OnlyChecks) {
  server.on("POST /v1/reload", {json(200, R"({"applied":false,"changed":[],"undeclared":[]})")});
  auto e = run({"reload", "--check"});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_EQ(e.out, "would be taken over: nothing changed\n");
  EXPECT_THAT(server.asked(), ElementsAre(R"(POST /v1/reload {"check":true})"));
}

TEST_F(ReloadTest, IsJsonForPrograms) {
  server.on("POST /v1/reload", {json(200, reloaded)});
  EXPECT_EQ(run({"reload", "-o", "json"}).out, std::string{reloaded} + "\n");
}

TEST_F(ReloadTest, ListsEveryMistakeOfTheFile) {
  server.on(
      "POST /v1/reload",
      {bytes(
          422, "application/problem+json",
          R"({"code":"config_invalid","status":422,"detail":"not acceptable","errors":[)"
          R"({"detail":"w.toml:3:1: bots.x: has no type"},{"detail":"w.toml:9:2: \u001b[2Jnonsense"}]})")});
  auto e = run({"reload"});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, AllOf(HasSubstr("error: not acceptable (config_invalid)"),
                           HasSubstr("  w.toml:3:1: bots.x: has no type\n"), Not(HasSubstr("\x1b"))));
}

TEST_F(ReloadTest, SaysThatARestartIsNeeded) {
  server.on("POST /v1/reload", {problem(409, "restart_needed", "only a restart changes data_dir")});
  auto e = run({"reload"});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, AllOf(HasSubstr("only a restart changes data_dir"), HasSubstr("hint: weixind.toml(5)")));
}

} // namespace
} // namespace weixin::ctl::test
