#include "transport/host_breaker.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace weixin::transport {
namespace {

using namespace std::chrono_literals;

struct HostBreakerTest : testing::Test {
  std::chrono::steady_clock::time_point now{};
  std::shared_ptr<host_breaker> breaker =
      std::make_shared<host_breaker>(breaker_options{}, [this] { return now; });
  const std::string host = "wx.example.com";

  static constexpr host_breaker::caller ann = 1, bob = 2;

  void fail_times(int count, host_breaker::caller who = ann) {
    for (int i = 0; i < count; ++i)
      breaker->admit(host, who).failed();
  }
  bool admits(host_breaker::caller who = ann) { return static_cast<bool>(breaker->admit(host, who)); }
  breaker_state state() { return breaker->states().at(0).state; }
};

TEST_F(HostBreakerTest, OpensAfterFiveFailuresInARow) {
  fail_times(4);
  EXPECT_TRUE(admits());
  fail_times(1);
  EXPECT_FALSE(admits());
  EXPECT_EQ(state(), breaker_state::open);
}

TEST_F(HostBreakerTest, ForgetsFailuresAtTheFirstSuccess) {
  fail_times(4);
  breaker->admit(host, ann).succeeded();
  fail_times(4);
  EXPECT_TRUE(admits());
}

TEST_F(HostBreakerTest, KeepsHostsApart) {
  fail_times(5);
  EXPECT_TRUE(breaker->admit("file.wx.example.com", ann));
}

TEST_F(HostBreakerTest, LetsOneProbeThroughWhenThePauseIsOver) {
  fail_times(5);
  now += 9'999ms;
  EXPECT_FALSE(admits());
  now += 1ms;
  auto probe = breaker->admit(host, ann);
  EXPECT_TRUE(probe);
  EXPECT_EQ(state(), breaker_state::half_open);
  EXPECT_FALSE(admits());
}

TEST_F(HostBreakerTest, ClosesWhenTheProbeSucceeds) {
  fail_times(5);
  now += 10s;
  breaker->admit(host, ann).succeeded();
  EXPECT_EQ(state(), breaker_state::closed);
  fail_times(4);
  EXPECT_TRUE(admits());
}

TEST_F(HostBreakerTest, DoublesThePauseUpToItsLimitWithEveryFailedProbe) {
  fail_times(5);
  for (auto pause : {10s, 20s, 30s, 30s}) {
    now += pause - 1ms;
    EXPECT_FALSE(admits());
    now += 1ms;
    auto probe = breaker->admit(host, ann);
    EXPECT_TRUE(probe);
    probe.failed();
  }
}

TEST_F(HostBreakerTest, GivesTheNextCallerTheProbeThatWasCancelled) {
  fail_times(5);
  now += 10s;
  { auto dropped = breaker->admit(host, ann); }
  EXPECT_TRUE(admits());
}

TEST_F(HostBreakerTest, IsNotKeptOpenByCallsFromBeforeTheOpening) {
  auto early = breaker->admit(host, ann);
  fail_times(5);
  now += 9s;
  early.failed();
  now += 1s;
  EXPECT_TRUE(admits());
}

TEST_F(HostBreakerTest, ClosesWhenAnEarlierCallIsAnsweredAfterAll) {
  auto early = breaker->admit(host, ann);
  fail_times(5);
  early.succeeded();
  EXPECT_TRUE(admits());
}

TEST_F(HostBreakerTest, CountsACancelledCallNeitherWay) {
  fail_times(4);
  { auto cancelled = breaker->admit(host, ann); }
  EXPECT_EQ(breaker->states().at(0).failures, 4U);
}

// -- one account must not disturb another
// -----------------------------------------------------------------------------------------

TEST_F(HostBreakerTest, DoesNotOpenWhileHalfOfItsCallersFailOrLess) {
  auto long_poll = breaker->admit(host, bob);
  fail_times(100, ann);
  EXPECT_TRUE(admits(bob));
  EXPECT_TRUE(admits(ann)) << "whose own back-off is pause enough";
  EXPECT_EQ(state(), breaker_state::closed);
}

TEST_F(HostBreakerTest, OpensOnceMoreThanHalfOfItsCallersFail) {
  std::vector<host_breaker::permit> long_polls;
  for (host_breaker::caller who = 0; who < 10; ++who)
    long_polls.push_back(breaker->admit(host, who));
  for (std::size_t i = 0; i < 5; ++i)
    long_polls[i].failed();
  EXPECT_EQ(state(), breaker_state::closed);
  long_polls[5].failed();
  EXPECT_EQ(state(), breaker_state::open);
}

TEST_F(HostBreakerTest, CountsACallerThatSucceededSinceAsOneThatDoesNotFail) {
  fail_times(2, ann);
  breaker->admit(host, ann).succeeded();
  fail_times(5, bob);
  EXPECT_EQ(state(), breaker_state::closed) << "one of two fails";
  fail_times(1, ann);
  EXPECT_EQ(state(), breaker_state::open);
}

TEST_F(HostBreakerTest, OpensForACallerWhoIsAloneAgain) {
  breaker->admit(host, bob).succeeded();
  now += 61s;
  fail_times(5, ann);
  EXPECT_EQ(state(), breaker_state::open);
}

TEST_F(HostBreakerTest, LetsAnotherCallerProbeAfterAFailedProbe) {
  fail_times(3, ann);
  fail_times(2, bob);
  now += 10s;
  breaker->admit(host, ann).failed();
  now += 20s;
  EXPECT_FALSE(admits(ann));
  breaker->admit(host, bob).succeeded();
  EXPECT_EQ(state(), breaker_state::closed);
}

TEST_F(HostBreakerTest, LetsTheSameCallerProbeAgainWhenNobodyElseCame) {
  fail_times(3, ann);
  fail_times(2, bob);
  for (auto pause : {10s, 61s}) {
    now += pause;
    breaker->admit(host, ann).failed();
  }
  now += 61s;
  EXPECT_TRUE(admits(ann));
}

TEST_F(HostBreakerTest, RemembersALimitedNumberOfHosts) {
  for (std::size_t i = 0; i < 2 * host_breaker::max_hosts; ++i)
    EXPECT_TRUE(breaker->admit("h" + std::to_string(i) + ".example.com", ann));
  EXPECT_EQ(breaker->states().size(), host_breaker::max_hosts);
}

} // namespace
} // namespace weixin::transport
