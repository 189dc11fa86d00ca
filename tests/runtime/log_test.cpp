#include "runtime/log.hpp"

#include "protocol/secret.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <type_traits>

namespace weixin {
namespace {

static_assert(!std::is_constructible_v<log_field, std::string_view, secret>, "a secret must not reach a log");

struct LogTest : ::testing::Test {
  std::filesystem::path file =
      std::filesystem::path(::testing::TempDir()) / ("log_test_" + std::to_string(::getpid()) + ".log");
  void SetUp() override { std::filesystem::remove(file); }
  void TearDown() override {
    open_log({});
    std::filesystem::remove(file);
  }
  std::string written() const {
    std::ostringstream all;
    all << std::ifstream(file).rdbuf();
    return all.str();
  }
};

TEST_F(LogTest, WritesOneLineAnEventWithItsPairs) {
  ASSERT_TRUE(open_log({.file = file.string()}));
  log_info("account.online", {{"account", "shop-01"}, {"ms", 12}, {"resumed", true}});
  auto text = written();
  EXPECT_NE(text.find(" level=info event=account.online account=shop-01 ms=12 resumed=true\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.rfind("time=20", 0), 0U) << text;
}

TEST_F(LogTest, EscapesWhatCouldForgeALineOrATerminalSequence) {
  ASSERT_TRUE(open_log({.file = file.string()}));
  log_info("x", {{"nick", std::string_view("a\nlevel=error b\x1b[31m\"")}});
  auto text = written();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_NE(text.find(R"(nick="a\nlevel=error b\u001b[31m\"")"), std::string::npos) << text;
}

TEST_F(LogTest, WritesJsonWhenAskedTo) {
  ASSERT_TRUE(open_log({.format = log_format::json, .file = file.string()}));
  log_warn("x.y", {{"k", "v\"w"}});
  EXPECT_NE(written().find(R"("level":"warn","event":"x.y","k":"v\"w"})"), std::string::npos) << written();
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
  ASSERT_TRUE(open_log({.level = log_level::warn, .file = file.string()}));
  log_info("quiet");
  log_debug("quieter");
  EXPECT_EQ(written(), "");
}

TEST_F(LogTest, FollowsAFileThatWasMovedAwayAfterReopening) {
  ASSERT_TRUE(open_log({.file = file.string()}));
  log_info("before");
  auto moved = file.string() + ".1";
  std::filesystem::rename(file, moved);
  ASSERT_TRUE(reopen_log());
  log_info("after");
  EXPECT_NE(written().find("event=after"), std::string::npos);
  EXPECT_EQ(written().find("event=before"), std::string::npos);
  std::filesystem::remove(moved);
}

TEST_F(LogTest, KeepsTheOldLogWhenTheNewOneCannotBeOpened) {
  ASSERT_TRUE(open_log({.file = file.string()}));
  EXPECT_FALSE(open_log({.file = file.string() + "/not-a-directory/x.log"}));
  log_info("still here");
  EXPECT_NE(written().find("still here"), std::string::npos);
}

} // namespace
} // namespace weixin
