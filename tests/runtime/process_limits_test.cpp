#include "runtime/descriptor_limit.hpp"
#include "runtime/shard.hpp"
#include "runtime/shutdown_guard.hpp"

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>

#include <future>
#include <sys/resource.h>

namespace weixin::runtime {
namespace {

using namespace std::chrono_literals;

TEST(DescriptorLimit, KeepsSomeForTheProcessAndTwoForEachAccount) {
  EXPECT_EQ(descriptor_limit_of(0).accounts, 0U);
  EXPECT_EQ(descriptor_limit_of(400).accounts, 0U);
  EXPECT_EQ(descriptor_limit_of(402).accounts, 1U);
  EXPECT_EQ(descriptor_limit_of(1024).accounts, 312U);
  EXPECT_GE(descriptor_limit_of(524'288).accounts, 100'000U);
}

TEST(DescriptorLimit, NamesTheLimitAndWhatToRaise) {
  auto text = descriptor_limit_of(1024).explanation();
  for (const char* part : {"1024", "RLIMIT_NOFILE", "312", "LimitNOFILE"})
    EXPECT_THAT(text, ::testing::HasSubstr(part));
}

TEST(DescriptorLimit, IsRaisedToWhatTheProcessMayHave) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  auto low = before;
  low.rlim_cur = 256;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  auto raised = raise_descriptor_limit();
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(raised.open_files, before.rlim_max);
  EXPECT_EQ(raised.accounts, descriptor_limit_of(before.rlim_max).accounts);
}

/// Ends like the server does, but one shard is in a call that never returns.
void end_with_a_stuck_shard() {
  shard_pool pool{2};
  boost::asio::post(pool.at(1).context(), [] { std::promise<void>{}.get_future().wait(); });
  shutdown_guard guard{100ms, 3};
  pool.stop();
}

TEST(ShutdownGuardDeathTest, EndsAProcessWhoseShardIsStuck) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(end_with_a_stuck_shard(), ::testing::ExitedWithCode(3),
              "event=server.stop_overdue after_ms=100 action=\"exit 3\"");
}

TEST(ShutdownGuard, LetsAProcessThatEndsInTimeAlone) {
  shard_pool pool{2};
  {
    shutdown_guard guard{1h, 3};
    pool.stop();
  }
  SUCCEED();
}

} // namespace
} // namespace weixin::runtime
