#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <sys/stat.h>

namespace weixin::ctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class AccountVerbs : public ProgramTest {};

TEST_F(AccountVerbs, ListShowsATable) {
  server.on("GET /v1/accounts",
            {json(200, R"({"accounts":[)" + account_json("a-1", "online", R"(,"nickname":"小店")") + "," +
                           account_json("b-2", "held", R"(,"nickname":"x\u001b[31m\ny\u202e")") + "]}")});
  auto e = run({"account", "list"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.out, StartsWith("NAME   STATE    NICKNAME"));
  EXPECT_THAT(e.out, HasSubstr("\na-1    online   小店 "));
  EXPECT_THAT(e.out, HasSubstr("\nb-2    held     x\\x1b[31m\\ny\\u{202e} "));
  EXPECT_THAT(e.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(e.err, IsEmpty());
}

TEST_F(AccountVerbs, ListGivesJsonAndNames) {
  server.on("GET /v1/accounts",
            {json(200, R"({"accounts":[{"name":"a-1","nickname":"\u202e小"},{"name":"b-2"}]})")});
  EXPECT_EQ(run({"account", "list", "-o", "json"}).out,
            R"({"accounts":[{"name":"a-1","nickname":"\u202e小"},{"name":"b-2"}]})"
            "\n");
  EXPECT_EQ(run({"account", "list", "-o", "name"}).out, "a-1\nb-2\n");
}

TEST_F(AccountVerbs, ListSaysOnStderrThatThereIsNone) {
  server.on("GET /v1/accounts", {json(200, R"({"accounts":[]})")});
  auto e = run({"account", "list"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.out, StartsWith("NAME"));
  EXPECT_THAT(e.err, HasSubstr("weixinctl account add"));
}

TEST_F(AccountVerbs, ListWatchesUntilTheServerGoes) {
  server.on("GET /v1/accounts", {json(200, R"({"accounts":[{"name":"a-1"}]})"),
                                 json(200, R"({"accounts":[{"name":"a-1"},{"name":"b-2"}]})"), hang_up()});
  auto e = run({"account", "list", "-o", "name", "--watch"});
  EXPECT_EQ(e.code, 4);
  EXPECT_EQ(e.out, "a-1\na-1\nb-2\n");
}

TEST_F(AccountVerbs, ShowTellsWhatToDo) {
  server.on("GET /v1/accounts/a-1",
            {json(200, account_json("a-1", "held", R"(,"reason":"different_user")"))});
  auto e = run({"account", "show", "a-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.out, HasSubstr("State:      held\n"));
  EXPECT_THAT(e.out, HasSubstr("weixinctl account relogin a-1"));
}

TEST_F(AccountVerbs, ShareGivesALinkAndSaysWhatItIs) {
  auto made =
      json(201, R"({"url":"http://127.0.0.1:9463/console/scan.html#a.b","path":"/console/scan.html#a.b",)"
                R"("expires_at":"2026-01-01T00:00:00.000Z"})");
  server.on("POST /v1/accounts/a-1/share", {made, made});
  auto e = run({"account", "share", "a-1", "--expires-in", "600"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "http://127.0.0.1:9463/console/scan.html#a.b\n");
  EXPECT_THAT(e.err, HasSubstr("until 2026-01-01T00:00:00.000Z"));
  EXPECT_THAT(server.asked(), ElementsAre(R"(POST /v1/accounts/a-1/share {"expires_in":600})"));
  EXPECT_THAT(run({"account", "share", "a-1", "-o", "json"}).out,
              HasSubstr(R"("path":"/console/scan.html#a.b")"));
}

TEST_F(AccountVerbs, UnknownAccountsEndWithThree) {
  auto unknown = problem(404, "account_not_found", "There is no such account.");
  server.on("GET /v1/accounts/zz", {unknown});
  server.on("PATCH /v1/accounts/zz", {unknown});
  server.on("DELETE /v1/accounts/zz", {unknown});
  server.on("GET /v1/accounts/zz/qr", {unknown});
  server.on("GET /v1/accounts/zz/contacts", {unknown});
  server.on("POST /v1/accounts/zz/messages", {unknown});
  for (const char* verb : {"pause", "resume", "restart", "logout"})
    server.on(std::string{"POST /v1/accounts/zz/"} + verb, {unknown});
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"account", "show", "zz"},
                                                                     {"account", "set", "zz", "--no-bots"},
                                                                     {"account", "qr", "zz"},
                                                                     {"account", "qr", "zz", "--wait"},
                                                                     {"account", "pause", "zz"},
                                                                     {"account", "resume", "zz"},
                                                                     {"account", "restart", "zz"},
                                                                     {"account", "relogin", "zz"},
                                                                     {"account", "logout", "zz"},
                                                                     {"account", "remove", "zz", "--yes"},
                                                                     {"contacts", "zz"},
                                                                     {"send", "zz", "filehelper", "x"},
                                                                     {"events", "--account", "zz"}}) {
    auto e = run(arguments);
    EXPECT_EQ(e.code, 3) << testing::PrintToString(arguments);
    EXPECT_THAT(e.err, StartsWith("error: There is no such account. (account_not_found)\nhint: "));
    EXPECT_THAT(e.out, IsEmpty());
  }
}

TEST_F(AccountVerbs, NamesThatWouldMeanAnotherPathAreNotAskedFor) {
  for (const char* name : {"a/qr", "..", "A-1", "a?x", "-a", "小店", "a b"}) {
    auto e = run({"account", "show", "--", name});
    EXPECT_EQ(e.code, 3) << name;
    EXPECT_THAT(e.err, HasSubstr("(account_not_found)")) << name;
  }
  EXPECT_THAT(server.asked(), IsEmpty());
}

TEST_F(AccountVerbs, SetReplacesTheBots) {
  server.on("PATCH /v1/accounts/a-1", {json(200, account_json("a-1", "online"))});
  EXPECT_EQ(run({"account", "set", "a-1", "--bot", "echo", "--bot", "b2"}).out, "a-1: online\n");
  EXPECT_EQ(run({"account", "set", "a-1", "--no-bots"}).code, 0);
  EXPECT_THAT(server.asked(), ElementsAre(R"(PATCH /v1/accounts/a-1 {"bots":["echo","b2"]})",
                                          R"(PATCH /v1/accounts/a-1 {"bots":[]})"));
}

TEST_F(AccountVerbs, SetChangesOnlyWhatIsNamed) {
  server.on("PATCH /v1/accounts/a-1", {json(200, account_json("a-1", "online"))});
  run({"account", "set", "a-1", "--login", "desktop"});
  run({"account", "set", "a-1", "--proxy", "socks5://127.0.0.1:1080"});
  run({"account", "set", "a-1", "--no-proxy"});
  EXPECT_THAT(server.asked(), ElementsAre(R"(PATCH /v1/accounts/a-1 {"login":"desktop"})",
                                          R"(PATCH /v1/accounts/a-1 {"proxy":"socks5://127.0.0.1:1080"})",
                                          R"(PATCH /v1/accounts/a-1 {"proxy":null})"));
}

TEST_F(AccountVerbs, SetTakesAProxyWithItsPasswordFromAFile) {
  server.on("PATCH /v1/accounts/a-1", {json(200, account_json("a-1", "online"))});
  auto name = server.file("proxy.txt");
  std::ofstream{name} << "http://anna:pass@127.0.0.1:3128\n# not read\n";
  EXPECT_EQ(run({"account", "set", "a-1", "--proxy-file", name.c_str()}).code, 0);
  EXPECT_THAT(server.asked(),
              ElementsAre(R"(PATCH /v1/accounts/a-1 {"proxy":"http://anna:pass@127.0.0.1:3128"})"));
}

TEST_F(AccountVerbs, SetRefusesAFileWithoutAProxy) {
  auto missing = run({"account", "set", "a-1", "--proxy-file", server.file("none.txt").c_str()});
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.err, HasSubstr("No such file"));
  auto name = server.file("empty.txt");
  std::ofstream{name} << "\n";
  auto empty = run({"account", "set", "a-1", "--proxy-file", name.c_str()});
  EXPECT_EQ(empty.code, 2);
  EXPECT_THAT(empty.err, HasSubstr("no proxy's URL"));
  EXPECT_THAT(server.asked(), IsEmpty());
}

TEST_F(AccountVerbs, ShowTellsWhatTheProxyDid) {
  server.on("GET /v1/accounts/a-1",
            {json(200, account_json("a-1", "degraded",
                                    R"(,"login":"desktop","proxy":"http://127.0.0.1:1",)"
                                    R"("proxy_error":"the proxy answers 502")"))});
  auto e = run({"account", "show", "a-1"});
  EXPECT_THAT(e.out, HasSubstr("Login as:   desktop\n"));
  EXPECT_THAT(e.out, HasSubstr("Proxy:      http://127.0.0.1:1\n"));
  EXPECT_THAT(e.out, HasSubstr("the proxy answers 502\n"));
}

TEST_F(AccountVerbs, PauseResumeRestartLogoutTellTheNewState) {
  for (const char* verb : {"pause", "resume", "restart", "logout"}) {
    server.on(std::string{"POST /v1/accounts/a-1/"} + verb, {json(202, account_json("a-1", "stopped"))});
    auto e = run({"account", verb, "a-1"});
    EXPECT_EQ(e.code, 0) << verb;
    EXPECT_EQ(e.out, "a-1: stopped\n") << verb;
  }
}

TEST_F(AccountVerbs, RemoveRefusesWithoutATerminal) {
  auto e = run({"account", "remove", "a-1"}, {.input = "y\n"});
  EXPECT_EQ(e.code, 2);
  EXPECT_THAT(e.err, HasSubstr("--yes"));
  EXPECT_THAT(server.asked(), IsEmpty());
}

TEST_F(AccountVerbs, RemoveWithYesRemoves) {
  server.on("DELETE /v1/accounts/a-1", {no_content()});
  auto e = run({"account", "remove", "a-1", "--yes"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "a-1: removed\n");
}

TEST_F(AccountVerbs, QrShowsTheCodeAndItsLink) {
  server.on("GET /v1/accounts/a-1/qr",
            {json(200, R"({"url":"https://login.example/l/AbC==","uuid":"AbC==","attempt":1})")});
  auto e = run({"account", "qr", "a-1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.out, HasSubstr("\u2588\u2588\u2588\u2588"));
  EXPECT_THAT(e.out, HasSubstr("\nhttps://login.example/l/AbC==\n"));
  EXPECT_THAT(e.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(run({"account", "qr", "a-1", "--color", "always"}).out, HasSubstr("\x1b[38;5;16;48;5;231m"));
  EXPECT_EQ(run({"account", "qr", "a-1", "-o", "json"}).out,
            R"({"url":"https://login.example/l/AbC==","uuid":"AbC==","attempt":1})"
            "\n");
}

TEST_F(AccountVerbs, QrIsAsciiInAnotherLocale) {
  server.on("GET /v1/accounts/a-1/qr", {json(200, R"({"url":"https://login.example/l/A","uuid":"A"})")});
  // The first setting of a variable counts.
  auto e = run({"account", "qr", "a-1"}, {.environment = {"LC_ALL=C"}});
  EXPECT_THAT(e.out, HasSubstr("####"));
  EXPECT_THAT(e.out, Not(HasSubstr("\u2588")));
}

TEST_F(AccountVerbs, QrTellsWhyThereIsNone) {
  server.on("GET /v1/accounts/a-1/qr", {no_content()});
  server.on("GET /v1/accounts/a-1/qr?format=png", {no_content()});
  server.on("GET /v1/accounts/a-1", {json(200, account_json("a-1", "needs_login"))});
  auto e = run({"account", "qr", "a-1"});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, HasSubstr("a-1 is needs_login\nhint: nobody scanned"));
  EXPECT_EQ(run({"account", "qr", "a-1", "--png", server.file("x.png")}).code, 1);
  EXPECT_FALSE(std::filesystem::exists(server.file("x.png")));
}

TEST_F(AccountVerbs, QrWritesAPictureThatOnlyItsOwnerReads) {
  const std::string picture{"\x89PNG\0\n bytes", 12};
  server.on("GET /v1/accounts/a-1/qr?format=png", {bytes(200, "image/png", picture)});
  auto file = server.file("code.png");
  std::ofstream{file} << "something longer that was there before";
  ::chmod(file.c_str(), 0644);
  auto e = run({"account", "qr", "a-1", "--png", file});
  EXPECT_EQ(e.code, 0) << e.err;
  std::ifstream written{file, std::ios::binary};
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>{written}, {}), picture);
  struct stat info {};
  ASSERT_EQ(::stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(run({"account", "qr", "a-1", "--png", "-"}).out, picture);
  server.on("GET /v1/accounts/a-1/qr?format=weixin", {bytes(200, "image/jpeg", "drawn")});
  EXPECT_EQ(run({"account", "qr", "a-1", "--picture", "-"}).out, "drawn");
  EXPECT_EQ(run({"account", "qr", "a-1", "--picture", "-", "--png", "-"}).code, 2);
}

TEST_F(AccountVerbs, QrTellsWhyItCannotWrite) {
  server.on("GET /v1/accounts/a-1/qr?format=png", {bytes(200, "image/png", "x")});
  auto e = run({"account", "qr", "a-1", "--png", server.file("missing/code.png")});
  EXPECT_EQ(e.code, 1);
  EXPECT_THAT(e.err, HasSubstr("No such file or directory"));
}

TEST_F(AccountVerbs, AddWithoutWaitingTellsHowToGoOn) {
  server.on("POST /v1/accounts", {json(201, account_json("a-1", "starting"))});
  auto e = run({"account", "add", "a-1", "--bot", "echo", "--kind", "webwx", "--no-wait"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "a-1: starting\n");
  EXPECT_THAT(e.err, HasSubstr("weixinctl account qr a-1"));
  EXPECT_THAT(server.asked(),
              ElementsAre(R"(POST /v1/accounts {"name":"a-1","kind":"webwx","bots":["echo"]})"));
}

TEST_F(AccountVerbs, AddSaysWhatTheServerRefuses) {
  server.on("POST /v1/accounts", {problem(409, "account_exists", "An account of that name exists already."),
                                  problem(422, "invalid_name", "Not a \x1b[31mname."),
                                  problem(422, "unknown_bot", "No such bot.")});
  auto exists = run({"account", "add", "a-1"});
  EXPECT_EQ(exists.code, 1);
  EXPECT_THAT(exists.err,
              StartsWith("error: An account of that name exists already. (account_exists)\nhint: "));
  auto invalid = run({"account", "add", "A 1"});
  EXPECT_EQ(invalid.code, 1);
  EXPECT_THAT(invalid.err, StartsWith("error: Not a \\x1b[31mname. (invalid_name)\nhint: "));
  EXPECT_THAT(run({"account", "add", "a-1", "--bot", "nobody"}).err, HasSubstr("[bots.NAME]"));
}

} // namespace
} // namespace weixin::ctl::test
