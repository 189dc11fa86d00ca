// The whole server in this process, without accounts: what it answers for, and that nothing that is stuck can
// keep the process from ending.
#include "apps/server.hpp"

#include "runtime/shard.hpp"
#include "runtime/shutdown_guard.hpp"

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <mutex>
#include <set>
#include <unistd.h>

namespace weixin {
namespace {

using namespace std::chrono_literals;
using ::testing::UnorderedElementsAre;

struct Server : ::testing::Test {
  std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("weixin-server-" + std::to_string(::getpid()));
  std::unique_ptr<server> running;

  Server() {
    ::setenv("WEIXIND_LOOPBACK_ONLY", "1", 1);
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
  }
  ~Server() override {
    running.reset();
    std::filesystem::remove_all(directory);
  }

  void start() {
    config::server_config config;
    config.data_dir = directory / "data";
    config.admin.socket = directory / "admin.sock";
    config.metrics.listen = "127.0.0.1:0";
    config.network.connect_to = "127.0.0.1:1";
    config.shards = 2;
    auto started = server::start(std::move(config), [] {});
    ASSERT_TRUE(started) << to_string(started.error());
    running = std::move(*started);
  }

  /// Asks every part, and returns the names of those that answer.
  std::set<std::string> who_answers(std::chrono::milliseconds patience, std::size_t at_least) {
    struct answers {
      std::mutex mutex;
      std::condition_variable changed;
      std::set<std::string> names;
    };
    auto heard = std::make_shared<answers>();
    for (const auto& part : running->heartbeat_parts())
      part.ask([heard, name = part.name] {
        std::lock_guard lock{heard->mutex};
        heard->names.insert(name);
        heard->changed.notify_all();
      });
    std::unique_lock lock{heard->mutex};
    heard->changed.wait_for(lock, patience, [&] { return heard->names.size() >= at_least; });
    return heard->names;
  }
};

TEST_F(Server, AnswersForEveryShardTheFleetAndTheStore) {
  start();
  EXPECT_THAT(who_answers(30s, 5),
              UnorderedElementsAre("shard 0", "shard 1", "shard 2", "fleet supervisor", "store"));
  EXPECT_EQ(running->status_line(), "0 accounts");
}

TEST_F(Server, DoesNotAnswerForAShardThatIsStuck) {
  start();
  std::promise<void> release;
  // The test may be over before the shard comes to it.
  boost::asio::post(running->shards().at(0).context(),
                    [released = release.get_future().share()] { released.wait(); });
  EXPECT_THAT(who_answers(30s, 4), UnorderedElementsAre("shard 1", "shard 2", "fleet supervisor", "store"));
  release.set_value();
}

/// As the program ends, with a call on one shard that never returns.
void end_while_stuck(Server& s, std::size_t shard) {
  boost::asio::post(s.running->shards().at(shard).context(),
                    [] { std::promise<void>{}.get_future().wait(); });
  runtime::shutdown_guard guard{500ms, 1};
  s.running.reset();
}

using ServerDeathTest = Server;

TEST_F(ServerDeathTest, EndsThoughAnAccountsShardIsStuck) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT((start(), end_while_stuck(*this, 0)), ::testing::ExitedWithCode(1),
              "event=server.stop_overdue");
}

TEST_F(ServerDeathTest, EndsThoughTheServiceShardIsStuck) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT((start(), end_while_stuck(*this, 2)), ::testing::ExitedWithCode(1),
              "event=server.stop_overdue");
}

TEST_F(Server, EndsByItselfWhenNothingIsStuck) {
  start();
  runtime::shutdown_guard guard{1h, 1};
  running.reset();
}

} // namespace
} // namespace weixin
