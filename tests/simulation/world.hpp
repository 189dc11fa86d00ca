#pragma once

#include "actors/services.hpp"
#include "supervisor/fleet.hpp"
#include "tests/simulation/faulty_store.hpp"
#include "tests/simulation/virtual_network.hpp"
#include "tests/simulation/witness.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weixin::simulation {

struct world_options {
  std::uint64_t seed = 1;
  std::size_t accounts = 5;
  std::size_t strangers = 2; ///< users whose phone scans a code that is not theirs
  simulator::people_shape people{.friends = 6, .officials = 1, .formers = 1, .chatrooms = 2, .members = 4};
  bool shuffle = true;
  bool bots = true;
  double logins_per_second = 10;
  double reconnects_per_second = 40;
};

/// A server in a world: the production fleet with everything below it, the simulated service, a network and a
/// disk between them that obey a fault plan, and a witness. The server can die and be started again over what
/// it stored.
class world {
public:
  explicit world(world_options options);
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  const world_options& options() const noexcept { return options_; }
  simulator::moment moment() const { return {time.now(), time.true_time()}; }
  std::string account_name(std::size_t number) const; ///< from 1; served by the user of that number

  /// Starts a server process over what is stored.
  void boot();
  /// kill -9: everything in memory is gone, and some of what waited for the disk.
  void kill();
  /// SIGTERM: the actors end in their order, and `stopping_takes` later the process.
  void stop();
  static constexpr auto stopping_takes = 2s;
  /// False while there is none and while it stops.
  bool is_running() const noexcept { return fleet != nullptr && !stopping_; }
  std::uint64_t boots() const noexcept { return boots_; }

  // In the order in which they must come into being.
  timeline time;
  simulator::simulated_weixin weixin;
  fault_plan plan;
  trace events;
  witness eyes;
  virtual_network net;
  std::shared_ptr<weixin::store::store> disk; ///< outlives every process
  generator random;

  // Of the process that runs.
  std::shared_ptr<virtual_network::process> connections;
  std::shared_ptr<faulty_store> store;
  std::shared_ptr<services> service;
  std::unique_ptr<supervisor::fleet> fleet;
  bool was_far_behind = false;    ///< the server's clock, by more than it keeps what is old
  std::vector<std::string> fatal; ///< shared services that the fleet gave up on

private:
  std::vector<bot_entry> make_bots();
  void end_process();

  world_options options_;
  std::uint64_t entropy_;
  std::uint64_t boots_ = 0;
  bool stopping_ = false;
};

} // namespace weixin::simulation
