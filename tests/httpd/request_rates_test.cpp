#include "httpd/request_rates.hpp"

#include <gtest/gtest.h>

namespace weixin::httpd {
namespace {

using namespace std::chrono_literals;

const auto start = request_rates::time_point{} + 1h;

TEST(RequestRates, LetASecondsWorthThroughAtOnce) {
  request_rates rates{50};
  for (int i = 0; i < 50; ++i)
    EXPECT_FALSE(rates.refuse("1000", start));
  EXPECT_EQ(rates.refuse("1000", start), 20ms);
  EXPECT_EQ(rates.refuse("1000", start), 20ms) << "being refused costs nothing";
  EXPECT_FALSE(rates.refuse("1000", start + 20ms));
}

TEST(RequestRates, KeepOnePeersFloodFromOthers) {
  request_rates rates{1};
  EXPECT_FALSE(rates.refuse("1000", start));
  EXPECT_TRUE(rates.refuse("1000", start));
  EXPECT_FALSE(rates.refuse("1001", start));
}

TEST(RequestRates, LetEverythingThroughWithoutALimit) {
  request_rates rates{0};
  for (int i = 0; i < 1'000; ++i)
    EXPECT_FALSE(rates.refuse("1000", start));
}

TEST(RequestRates, LetOneRequestThroughBelowOneASecond) {
  request_rates rates{0.1};
  EXPECT_FALSE(rates.refuse("1000", start));
  EXPECT_EQ(rates.refuse("1000", start), 10s);
}

TEST(RequestRates, RememberALimitedNumberOfPeers) {
  request_rates rates{1};
  for (std::size_t i = 0; i < request_rates::max_peers; ++i)
    EXPECT_FALSE(rates.refuse(std::to_string(i), start));
  EXPECT_FALSE(rates.refuse("newcomer", start));
  EXPECT_TRUE(rates.refuse("another", start)) << "newcomers share what is left";
  EXPECT_TRUE(rates.refuse("0", start)) << "those who are known stay so";
  EXPECT_FALSE(rates.refuse("another", start + 2s)) << "the idle ones made room";
  EXPECT_TRUE(rates.refuse("another", start + 2s));
}

} // namespace
} // namespace weixin::httpd
