#include "actors/event_log.hpp"

#include <gtest/gtest.h>

namespace weixin {
namespace {

struct EventLog : ::testing::Test {
  event_log log{3};
  std::vector<std::uint64_t> seen;
  void publish(int count) {
    for (int i = 0; i < count; ++i)
      log.publish("state", "shop-01", {}, [] { return std::string{"{}"}; });
  }
  std::uint64_t listen(std::uint64_t after) {
    return log.subscribe(after, [this](const account_event& e) { seen.push_back(e.id); });
  }
};

TEST_F(EventLog, TellsAListenerWhatHappensFromNowOn) {
  publish(2);
  listen(0);
  publish(2);
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{3, 4}));
}

TEST_F(EventLog, ResumesAfterTheLastEventAListenerSaw) {
  publish(3);
  listen(1);
  publish(1);
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{2, 3, 4}));
}

TEST_F(EventLog, ForgetsTheOldestWhenItIsFull) {
  publish(10);
  listen(1);
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{8, 9, 10}));
}

TEST_F(EventLog, IsSilentAfterUnsubscribing) {
  auto id = listen(0);
  log.unsubscribe(id);
  publish(1);
  EXPECT_TRUE(seen.empty());
}

} // namespace
} // namespace weixin
