// The production actors in virtual time, against everything of the plan: a hundred lives of a server.
#include "runtime/log.hpp"
#include "tests/simulation/simulation.hpp"

#include <gtest/gtest.h>

namespace weixin::simulation {
namespace {

std::string told(const simulation_report& r, const simulation_options& o) {
  std::string text = "seed " + std::to_string(r.seed) + ", again: " + command_to_repeat(o);
  for (const auto& b : r.breaches)
    text += "\n  " + b;
  return text;
}

/// Ten seeds that follow one another, so that every fault is a favourite of one of them.
struct TenLives : ::testing::TestWithParam<int> {};

TEST_P(TenLives, KeepEveryPromiseAndMeetEveryFault) {
  // What goes wrong on purpose fills a log that nobody reads.
  open_log({.level = log_level::off, .format = {}, .file = {}});
  std::vector<simulation_report> reports;
  for (std::uint64_t i = 0; i < fault_plan::favourites_period; ++i) {
    simulation_options o;
    o.seed = static_cast<std::uint64_t>(GetParam()) * fault_plan::favourites_period + i + 1;
    reports.push_back(simulate(o));
    EXPECT_TRUE(reports.back().breaches.empty()) << told(reports.back(), o);
  }
  EXPECT_EQ(faults_that_never_fired(reports), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(Seeds, TenLives, ::testing::Range(0, 10));

TEST(Simulation, RepeatsALifeExactlyForAnEqualSeed) {
  simulation_options o;
  o.seed = 7;
  o.duration = std::chrono::minutes{40};
  auto first = simulate(o);
  auto again = simulate(o);
  EXPECT_EQ(first.trace_hash, again.trace_hash);
  EXPECT_EQ(first.events, again.events);
  EXPECT_EQ(first.actor_steps, again.actor_steps);
  o.seed = 8;
  EXPECT_NE(simulate(o).trace_hash, first.trace_hash);
}

} // namespace
} // namespace weixin::simulation
