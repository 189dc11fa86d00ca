// Weixin is away for an hour and comes back: no stampede, and nobody is left behind.
#include "tests/simulation/storm.hpp"

#include <gtest/gtest.h>

namespace weixin::simulation {
namespace {

void expect_no_storm(const storm_options& o) {
  auto r = simulate_storm(o);
  EXPECT_EQ(r.breaches, std::vector<std::string>{}) << to_table(o, r);
}

TEST(Storm, AHundredAccountsWaitOutAServiceThatRefusesConnections) { expect_no_storm({}); }

TEST(Storm, AHundredAccountsWaitOutAServiceThatAnswersNothing) {
  storm_options o;
  o.kind = network_state::silent;
  expect_no_storm(o);
}

TEST(Storm, AThousandAccountsReturnNoFasterThanTheLimit) {
  storm_options o;
  o.accounts = 1'000;
  o.outage = std::chrono::minutes{20};
  expect_no_storm(o);
}

} // namespace
} // namespace weixin::simulation
