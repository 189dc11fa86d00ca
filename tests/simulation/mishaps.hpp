#pragma once

#include "tests/simulation/people.hpp"
#include "tests/simulation/world.hpp"

namespace weixin::simulation {

/// What goes wrong with the server as a whole, the machine, the service and its users, at times drawn from
/// the seed. The seed's favourites happen for certain.
class mishaps {
public:
  mishaps(world& w, people& owners, std::chrono::minutes duration);

  /// Nothing new happens, and what lasts ends: the network is up, the disk takes writes, nobody is barred,
  /// the clock is right.
  void stop();

private:
  void happen_now_and_then();
  void happen(fault f);
  void ends_session(std::size_t user, int code);
  void jump(std::chrono::hours by);
  void set_sends_per_minute(unsigned most);

  world& world_;
  people& people_;
  generator random_;
  bool stopped_ = false;
};

} // namespace weixin::simulation
