#include "transport/resolver.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace weixin::transport {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;
using answer = result<resolver::addresses>;

struct ResolverTest : testing::Test {
  std::atomic<std::chrono::steady_clock::rep> now{0};
  std::atomic<int> lookups{0};
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();

  resolver::clock clock() {
    return [this] {
      return std::chrono::steady_clock::time_point{std::chrono::steady_clock::duration{now.load()}};
    };
  }
  resolver::look_up fixed() {
    return [this](const std::string&) -> answer {
      ++lookups;
      return resolver::addresses{make_address("203.0.113.7")};
    };
  }
  resolver::look_up slow() {
    return [this, f = fixed(), gate = released](const std::string& host) -> answer {
      gate.wait();
      return f(host);
    };
  }
  static std::future<answer> ask(resolver& names, const std::string& host) {
    auto promise = std::make_shared<std::promise<answer>>();
    names.resolve(host, [promise](const answer& a) { promise->set_value(a); });
    return promise->get_future();
  }
};

TEST_F(ResolverTest, AsksOnceForManyWhoWaitForTheSameName) {
  resolver names{2, slow(), clock()};
  std::vector<std::future<answer>> pending;
  for (int i = 0; i < 100; ++i)
    pending.push_back(ask(names, "wx.example.com"));
  release.set_value();
  for (auto& p : pending)
    EXPECT_TRUE(p.get());
  EXPECT_EQ(lookups, 1);
}

TEST_F(ResolverTest, UsesAnAnswerForThirtySeconds) {
  resolver names{1, fixed(), clock()};
  EXPECT_TRUE(ask(names, "wx.example.com").get());
  now += std::chrono::steady_clock::duration{29s}.count();
  EXPECT_TRUE(ask(names, "wx.example.com").get());
  EXPECT_EQ(lookups, 1);
  now += std::chrono::steady_clock::duration{1s}.count();
  EXPECT_TRUE(ask(names, "wx.example.com").get());
  EXPECT_EQ(lookups, 2);
}

TEST_F(ResolverTest, TellsHowEachNameWasFoundAndHowLongItTook) {
  std::vector<std::pair<lookup_end, double>> told; // with the resolver's lock held
  resolver names{
      1,
      [&](const std::string& host) -> answer {
        now += std::chrono::steady_clock::duration{2s}.count();
        if (host == "nowhere.example.com") return fail(errc::dns_failed, "NXDOMAIN");
        return resolver::addresses{make_address("203.0.113.7")};
      },
      clock(),
      [&](lookup_end how, std::chrono::duration<double> took) { told.emplace_back(how, took.count()); }};
  EXPECT_TRUE(ask(names, "wx.example.com").get());
  EXPECT_TRUE(ask(names, "wx.example.com").get());
  EXPECT_FALSE(ask(names, "nowhere.example.com").get());
  names.stop();
  EXPECT_EQ(told, (std::vector<std::pair<lookup_end, double>>{
                      {lookup_end::found, 2}, {lookup_end::cached, 0}, {lookup_end::failed, 2}}));
}

TEST_F(ResolverTest, DoesNotRememberFailures) {
  resolver names{1,
                 [&](const std::string& host) -> answer {
                   if (++lookups == 1) return fail(errc::dns_failed, "NXDOMAIN");
                   return resolver::addresses{make_address("203.0.113.7")};
                   (void)host;
                 },
                 clock()};
  EXPECT_FALSE(ask(names, "wx.example.com").get());
  EXPECT_TRUE(ask(names, "wx.example.com").get());
}

TEST_F(ResolverTest, TurnsAnEmptyAnswerIntoAFailure) {
  resolver names{1, [](const std::string&) -> answer { return resolver::addresses{}; }, clock()};
  auto a = ask(names, "wx.example.com").get();
  ASSERT_FALSE(a);
  EXPECT_EQ(a.error().code, errc::dns_failed);
}

TEST_F(ResolverTest, DoesNotLetOneSlowNameDelayAnother) {
  resolver names{2,
                 [this, f = fixed()](const std::string& host) -> answer {
                   if (host == "slow.example.com") released.wait();
                   return f(host);
                 },
                 clock()};
  auto slow_one = ask(names, "slow.example.com");
  EXPECT_TRUE(ask(names, "wx.example.com").get());
  release.set_value();
  EXPECT_TRUE(slow_one.get());
}

TEST_F(ResolverTest, RefusesMoreNamesThanItsQueueHolds) {
  resolver names{1, slow(), clock()};
  std::vector<std::future<answer>> pending;
  for (std::size_t i = 0; i < resolver::max_pending_names; ++i)
    pending.push_back(ask(names, "h" + std::to_string(i) + ".example.com"));
  auto refused = ask(names, "one.more.example.com").get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::dns_failed);
  release.set_value();
  for (auto& p : pending)
    EXPECT_TRUE(p.get());
}

TEST_F(ResolverTest, StopsAtOnceWhileALookupHangs) {
  auto names = std::make_unique<resolver>(1, slow(), clock());
  auto hanging = ask(*names, "wx.example.com");
  names->stop();
  auto a = hanging.get();
  ASSERT_FALSE(a);
  EXPECT_EQ(a.error().code, errc::cancelled);
  EXPECT_EQ(ask(*names, "wx.example.com").get().error().code, errc::cancelled);
  names.reset();
  release.set_value();
}

TEST_F(ResolverTest, FindsLoopbackThroughTheSystem) {
  resolver names{1, {}, clock()};
  auto a = ask(names, "localhost").get();
  ASSERT_TRUE(a);
  EXPECT_TRUE(a->front().is_loopback());
}

} // namespace
} // namespace weixin::transport
