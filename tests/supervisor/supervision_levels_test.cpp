// Supervision as a whole, in virtual time: how often a child that always dies is started when every level
// above it does its part, and who is disturbed by it.
#include "tests/support/account_tree_fixture.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace weixin {
namespace {

using namespace std::chrono_literals;
using supervisor::account_command;

/// Counts the starts of each child by the lines that tell of them.
struct SupervisionLevels : testing::account_tree {
  std::filesystem::path file =
      std::filesystem::path(::testing::TempDir()) / ("levels_" + std::to_string(::getpid()));

  SupervisionLevels() { EXPECT_TRUE(open_log({log_level::debug, log_format::logfmt, file.string()})); }
  ~SupervisionLevels() override {
    EXPECT_TRUE(open_log({}));
    std::filesystem::remove(file);
  }

  caf::strong_actor_ptr child_handle(child who) {
    caf::strong_actor_ptr found;
    ask([&](supervisor::account_supervisor& a) { found = a.child_handle(who); });
    return found;
  }
  std::vector<std::string> lines_with(const std::string& what) const {
    std::vector<std::string> found;
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);)
      if (line.find(what) != std::string::npos) found.push_back(line);
    return found;
  }
  std::size_t starts_of(const std::string& name) const {
    std::size_t count = 0;
    for (const auto& line : lines_with("event=child.started"))
      if (line.ends_with("child=" + name)) ++count;
    return count;
  }
};

/// What a child that always dies may cost within ten minutes.
constexpr std::size_t most_starts = 12;

TEST_F(SupervisionLevels, AChildThatAlwaysDiesIsStartedAtMostTwelveTimesInTenMinutes) {
  log_in();
  for (int i = 0; i < 1'000; ++i)
    weixin.throw_at("synccheck");
  weixin.synccheck(0, 0);
  pass(10min);
  EXPECT_GT(starts_of("sync_poller"), 6U) << "it crashed, and was tried again after a cool-off";
  EXPECT_LE(starts_of("sync_poller"), most_starts);
  EXPECT_EQ(state(), "cooling_off");
  EXPECT_TRUE(status->view().retry_at) << "the operator sees when it is tried again";
}

TEST_F(SupervisionLevels, ASenderThatAlwaysDiesIsStartedAtMostTwelveTimesInTenMinutes) {
  log_in();
  for (int i = 0; i < 600; ++i) {
    caf::anon_send_exit(caf::actor_cast<caf::actor>(child_handle(child::sender)), caf::exit_reason::kill);
    pass(1s);
  }
  EXPECT_GT(starts_of("sender"), 6U);
  EXPECT_LE(starts_of("sender"), most_starts);
  EXPECT_EQ(state(), "cooling_off");
}

TEST_F(SupervisionLevels, ASenderThatAlwaysDiesWhileTheAccountIsPausedIsKeptSlowAsWell) {
  log_in();
  ASSERT_TRUE(command(account_command::pause));
  for (int i = 0; i < 600; ++i) {
    caf::anon_send_exit(caf::actor_cast<caf::actor>(child_handle(child::sender)), caf::exit_reason::kill);
    pass(1s);
  }
  EXPECT_LE(starts_of("sender"), most_starts);
  EXPECT_EQ(state(), "stopped") << "desired state wins";
  EXPECT_EQ(lines_with("event=account.base_down").size(), 1U);
  EXPECT_TRUE(counted("weixin_actor_giveups_total{kind=\"sender\"} 1"));
  EXPECT_EQ(send_text("filehelper", "hello").error().code, errc::not_online);
  ASSERT_TRUE(command(account_command::resume));
  pass(5s);
  EXPECT_TRUE(send_text("filehelper", "hello")) << "the operator's word starts it at once";
}

TEST_F(SupervisionLevels, AnAccountThatKeepsCrashingWritesLittleIntoTheLog) {
  log_in();
  for (int i = 0; i < 1'000; ++i)
    weixin.throw_at("synccheck");
  weixin.synccheck(0, 0);
  pass(2min);
  auto before = lines_with("level=error").size() + lines_with("level=warn").size();
  pass(30min);
  auto lines = lines_with("level=error").size() + lines_with("level=warn").size() - before;
  EXPECT_LE(lines, 10U * 30U);
}

TEST_F(SupervisionLevels, TheInboxReaderBeginsAnewWithASenderThatFailed) {
  log_in();
  auto poller = child_handle(child::poller);
  auto reader = child_handle(child::inbox);
  caf::anon_send_exit(caf::actor_cast<caf::actor>(child_handle(child::sender)), caf::exit_reason::kill);
  pass(1s);
  EXPECT_EQ(starts_of("sender"), 2U);
  EXPECT_EQ(starts_of("inbox_reader"), 2U);
  EXPECT_NE(child_handle(child::inbox), reader);
  EXPECT_EQ(child_handle(child::poller), poller) << "those who need nothing of it go on";
  EXPECT_EQ(starts_of("sync_poller"), 1U);
  EXPECT_EQ(state(), "online");
}

TEST_F(SupervisionLevels, AMediaFetcherThatFailsTakesNobodyAlong) {
  log_in();
  caf::anon_send_exit(caf::actor_cast<caf::actor>(child_handle(child::media)), caf::exit_reason::kill);
  pass(1s);
  EXPECT_EQ(starts_of("media_fetcher"), 2U);
  EXPECT_EQ(starts_of("sync_poller"), 1U);
  EXPECT_EQ(starts_of("sender"), 1U);
}

} // namespace
} // namespace weixin
