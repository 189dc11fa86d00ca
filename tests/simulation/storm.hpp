#pragma once

#include "tests/simulation/virtual_network.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace weixin::simulation {

struct storm_options {
  std::uint64_t seed = 1;
  std::size_t accounts = 100;
  std::chrono::minutes outage{60};
  network_state kind = network_state::refusing;
  double reconnects_per_second = 40;
};

struct storm_report {
  std::size_t accounts = 0;
  std::size_t online_before = 0;
  /// Requests that went out on the network, all accounts together, in each second of the outage.
  std::vector<std::uint32_t> outage;
  /// Accounts whose first request after it, and thus their return, fell into that second.
  std::vector<std::uint32_t> returns;
  /// All requests in each second after it.
  std::vector<std::uint32_t> recovery;
  std::size_t online_after = 0;
  double seconds_to_all_online = -1; ///< negative: not within ten minutes
  std::uint64_t scans_needed = 0;    ///< logins after the outage
  std::vector<std::string> breaches; ///< of what promises hold in a storm
};

/// All accounts online, then the service is away for a while and comes back.
storm_report simulate_storm(const storm_options& options);

/// The figures as a table for people.
std::string to_table(const storm_options& options, const storm_report& report);

} // namespace weixin::simulation
