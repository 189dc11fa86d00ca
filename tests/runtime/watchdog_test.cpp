#include "runtime/shard.hpp"
#include "runtime/watchdog.hpp"

#include <boost/asio/post.hpp>

#include <gtest/gtest.h>

#include <future>

namespace weixin::runtime {
namespace {

using namespace std::chrono_literals;

TEST(Watchdog, NamesTheShardThatDoesNotTurn) {
  shard_pool pool{2};
  std::promise<void> release;
  auto released = release.get_future().share();
  boost::asio::post(pool.at(1).context(), [released] { released.wait(); });
  std::promise<unsigned> reported;
  watchdog dog{pool, {.period = 10ms, .limit = 200ms}, [&](unsigned shard) { reported.set_value(shard); }};
  auto report = reported.get_future();
  ASSERT_EQ(report.wait_for(30s), std::future_status::ready);
  EXPECT_EQ(report.get(), 1U);
  release.set_value();
}

TEST(Watchdog, IsQuietWhileEveryShardTurns) {
  shard_pool pool{2};
  std::atomic<int> reports{0};
  {
    watchdog dog{pool, {.period = 1ms, .limit = 20s}, [&](unsigned) { ++reports; }};
    for (int i = 0; i < 100; ++i) {
      pool.run_on(0, [] {});
      pool.run_on(1, [] {});
    }
  }
  EXPECT_EQ(reports, 0);
}

TEST(WatchdogDeathTest, AbortsTheProgramWithALineThatNamesTheShard) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(abort_on_blocked_shard(3), "event=shard.blocked shard=3 action=abort");
}

} // namespace
} // namespace weixin::runtime
