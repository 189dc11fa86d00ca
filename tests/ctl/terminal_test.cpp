#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

namespace weixin::ctl::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Terminal : public ProgramTest {
protected:
  ended type(std::vector<std::string> arguments, std::string input,
             std::vector<std::string> environment = {}) {
    return run(std::move(arguments), {.input = std::move(input),
                                      .environment = std::move(environment),
                                      .on_terminal = true,
                                      .ends_after = {}});
  }
};

TEST_F(Terminal, RemoveAsksAndObeys) {
  server.on("GET /v1/accounts/a-1", {json(200, account_json("a-1", "online"))});
  server.on("DELETE /v1/accounts/a-1", {no_content()});
  auto no = type({"account", "remove", "a-1"}, "n\n");
  EXPECT_EQ(no.code, 1);
  EXPECT_THAT(no.out, AllOf(HasSubstr("[y/N]"), HasSubstr("nothing was removed")));
  EXPECT_THAT(server.asked(), ElementsAre("GET /v1/accounts/a-1"));
  auto yes = type({"account", "remove", "a-1"}, "y\n");
  EXPECT_EQ(yes.code, 0);
  EXPECT_THAT(yes.out, HasSubstr("a-1: removed"));
}

TEST_F(Terminal, RemoveTakesTheEndOfTheInputForNo) {
  server.on("GET /v1/accounts/a-1", {json(200, account_json("a-1", "online"))});
  EXPECT_EQ(type({"account", "remove", "a-1"}, "\x04").code, 1);
}

TEST_F(Terminal, RemoveDoesNotAskWhenItMayNot) {
  EXPECT_EQ(type({"account", "remove", "a-1", "--no-input"}, "y\n").code, 2);
  EXPECT_THAT(server.asked(), IsEmpty());
}

TEST_F(Terminal, StatesAreColoured) {
  server.on("GET /v1/accounts", {json(200, R"({"accounts":[)" + account_json("a-1", "held") + "]}")});
  EXPECT_THAT(type({"account", "list"}, "").out, HasSubstr("\x1b[31mheld\x1b[0m"));
}

TEST_F(Terminal, ColoursAreLeftOutWhereTheyAreNotWanted) {
  server.on("GET /v1/accounts", {json(200, R"({"accounts":[)" + account_json("a-1", "held") + "]}")});
  EXPECT_THAT(type({"account", "list"}, "", {"NO_COLOR=1"}).out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(type({"account", "list"}, "", {"TERM=dumb"}).out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(type({"account", "list", "--color", "never"}, "").out, Not(HasSubstr("\x1b")));
}

TEST_F(Terminal, CodesAreBlackOnWhite) {
  server.on("GET /v1/accounts/a-1/qr", {json(200, R"({"url":"https://login.example/l/A","uuid":"A"})")});
  EXPECT_THAT(type({"account", "qr", "a-1"}, "").out, HasSubstr("\x1b[38;5;16;48;5;231m"));
}

TEST_F(Terminal, CodesWithoutColoursFitTheBackground) {
  server.on("GET /v1/accounts/a-1/qr", {json(200, R"({"url":"https://login.example/l/A","uuid":"A"})")});
  // The quiet zone is drawn on a dark terminal, and left empty on a light one.
  EXPECT_THAT(type({"account", "qr", "a-1"}, "", {"NO_COLOR=1"}).out,
              HasSubstr("\n\u2588\u2588\u2588\u2588"));
  EXPECT_THAT(type({"account", "qr", "a-1"}, "", {"NO_COLOR=1", "COLORFGBG=0;15"}).out,
              HasSubstr("\n    \u2588\u2580"));
}

TEST_F(Terminal, WatchRedraws) {
  server.on("GET /v1/accounts", {json(200, R"({"accounts":[{"name":"a-1"}]})"), hang_up()});
  auto e = type({"account", "list", "--watch"}, "");
  EXPECT_EQ(e.code, 4);
  EXPECT_THAT(e.out, HasSubstr("\x1b[H\x1b[2J"));
}

} // namespace
} // namespace weixin::ctl::test
