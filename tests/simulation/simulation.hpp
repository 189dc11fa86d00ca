#pragma once

#include "tests/simulation/fault_plan.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace weixin::simulation {

struct simulation_options {
  std::uint64_t seed = 1;
  std::chrono::minutes duration{120}; ///< with faults; a good half hour without follows
  std::size_t accounts = 5;
};

struct simulation_report {
  std::uint64_t seed = 0;
  std::vector<std::string> breaches; ///< empty: every promise was kept
  std::uint64_t trace_hash = 0;
  std::uint64_t events = 0; ///< in the trace
  std::uint64_t actor_steps = 0;
  std::uint64_t calls = 0;
  std::uint64_t messages = 0; ///< that the service showed to an account
  std::uint64_t accepted = 0; ///< sends
  std::uint64_t boots = 0;
  std::map<std::string, std::uint64_t> send_states;
  fault_counts faults{};
};

/// A server's life with everything that can go wrong, and then half an hour in which nothing does: one
/// function of its options. Never throws for a breach.
simulation_report simulate(const simulation_options& options);

/// The command that runs this again.
std::string command_to_repeat(const simulation_options& options);

/// The names of the faults that none of these runs met.
std::vector<std::string> faults_that_never_fired(const std::vector<simulation_report>& reports);

} // namespace weixin::simulation
