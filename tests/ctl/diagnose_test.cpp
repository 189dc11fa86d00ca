// weixinctl diagnose and weixinctl top, as programs.
#include "tests/ctl/program.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace weixin::ctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct Diagnose : ProgramTest {
  Diagnose() {
    server.on("GET /v1/status",
              {json(200, R"({"version":"1.2.3","pid":7,"metrics_listen":"10.1.2.3:9464","ready":true})")});
    server.on("GET /v1/store", {json(200, R"({"accepting":true})")});
    server.on("GET /v1/accounts", {json(200, R"({"accounts":[)" + account_json("shop-01", "held") + "," +
                                                 account_json("shop-02", "online") + "]}")});
    server.on(
        "GET /v1/accounts/shop-01/history?limit=100",
        {json(
            200,
            R"({"history":[{"id":1,"at":"2026-01-31T08:00:00Z","from":"online","to":"held","reason":"kicked"}]})")});
    server.on("GET /v1/metrics", {bytes(200, "text/plain", "weixin_x{account=\"shop-01\"} 1\n")});
  }
  std::string read(const std::string& name) const {
    std::ifstream file{server.file(name)};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream{server.file(name)} << text;
  }
};

TEST_F(Diagnose, WritesAReportWithoutNamesAndAddresses) {
  auto e = run({"diagnose", "-o", server.file("report.json")});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_THAT(e.err, HasSubstr("Read it before you give it away"));
  auto text = read("report.json");
  auto report = boost::json::parse(text);
  EXPECT_EQ(report.at_pointer("/server/accounts/0/name"), "account-001");
  EXPECT_EQ(report.at_pointer("/server/histories/0/changes/0/reason"), "kicked");
  EXPECT_EQ(report.at_pointer("/server/histories").as_array().size(), 1U) << "who is well has no story";
  EXPECT_EQ(report.at_pointer("/server/metrics"), "weixin_x{account=\"account-001\"} 1\n");
  EXPECT_TRUE(report.at_pointer("/machine/kernel").is_string());
  EXPECT_THAT(text, Not(HasSubstr("shop-0")));
  EXPECT_THAT(text, Not(HasSubstr("10.1.2.3")));
}

TEST_F(Diagnose, AddsTheEndOfTheLogWithNamesReplaced) {
  write("weixind.log", "event=account.state account=shop-01\n");
  auto e = run({"diagnose", "-o", "-", "--log", server.file("weixind.log")});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_EQ(boost::json::parse(e.out).at_pointer("/log"), "event=account.state account=account-001");
  EXPECT_EQ(run({"diagnose", "-o", "-", "--log", server.file("none")}).code, 1);
}

TEST_F(Diagnose, KeepsNamesWhenAsked) {
  auto e = run({"diagnose", "-o", "-", "--keep-names"});
  EXPECT_THAT(e.out, HasSubstr("shop-01"));
}

TEST_F(Diagnose, ReplacesNoFileUnlessForced) {
  write("report.json", "mine");
  EXPECT_EQ(run({"diagnose", "-o", server.file("report.json")}).code, 1);
  EXPECT_EQ(read("report.json"), "mine");
  EXPECT_EQ(run({"diagnose", "-o", server.file("report.json"), "--force"}).code, 0);
  EXPECT_THAT(read("report.json"), StartsWith("{"));
}

TEST_F(Diagnose, TellsOfAServerThatIsDown) {
  server.stop();
  auto e = run({"diagnose", "-o", "-"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.err, HasSubstr("the server does not answer"));
  EXPECT_THAT(std::string{boost::json::parse(e.out).at_pointer("/server/status/problem").as_string()},
              HasSubstr("cannot reach weixind"));
}

struct Top : Diagnose {};

TEST_F(Top, ShowsWhoNeedsAPersonFirst) {
  auto e = run({"top", "--count", "1"});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_THAT(e.out, StartsWith("2 accounts: held 1, online 1\n"));
  EXPECT_LT(e.out.find("shop-01"), e.out.find("shop-02"));
  EXPECT_THAT(e.out, Not(HasSubstr("\x1b"))) << "no terminal";
}

TEST_F(Top, ShowsAsManyRowsAsAsked) {
  EXPECT_THAT(run({"top", "--count", "1", "--rows", "1", "--sort", "name"}).out, Not(HasSubstr("shop-02")));
}

TEST_F(Top, IsALineOfJsonALookForPrograms) {
  auto e = run({"top", "--count", "2", "-o", "json"});
  EXPECT_EQ(e.code, 0);
  auto second = boost::json::parse(e.out.substr(e.out.find('\n') + 1));
  EXPECT_EQ(second.at_pointer("/accounts/0/name"), "shop-01");
  EXPECT_EQ(second.at_pointer("/accounts/0/in_per_second"), 0.0);
}

TEST_F(Top, DrawsAnewOnATerminal) {
  auto e = run({"top", "--count", "1"}, {.on_terminal = true});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.out, HasSubstr("\x1b[2J"));
}

TEST_F(Top, EndsWhenTheServerDoes) {
  server.stop();
  EXPECT_EQ(run({"top"}).code, 4);
}

TEST_F(Top, KnowsWhatCanBeSortedBy) { EXPECT_EQ(run({"top", "--sort", "size"}).code, 2); }

} // namespace
} // namespace weixin::ctl::test
