#pragma once

#include "runtime/actor.hpp"
#include "runtime/wall_clock.hpp"
#include "simulator/agenda.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace weixin::simulation {

using namespace std::chrono_literals;
using steady_time = std::chrono::steady_clock::time_point;

/// A generator of the simulation itself. Each part has one of its own, so that one more draw here does not
/// change what happens there.
using generator = std::mt19937_64;

inline double unit(generator& g) { return std::generate_canonical<double, 53>(g); }
inline bool chance(generator& g, double p) { return p > 0 && unit(g) < p; }
/// A number in [low, high).
inline std::int64_t between(generator& g, std::int64_t low, std::int64_t high) {
  return high <= low ? low : low + static_cast<std::int64_t>(g() % static_cast<std::uint64_t>(high - low));
}
inline std::chrono::microseconds between(generator& g, std::chrono::microseconds low,
                                         std::chrono::microseconds high) {
  return std::chrono::microseconds{between(g, low.count(), high.count())};
}
/// The time to the next of events that come at random, on average after `mean`.
std::chrono::milliseconds next_arrival(generator& g, std::chrono::milliseconds mean);

/// An actor system on CAF's test coordinator and everything outside of it that has a time: one thread, and a
/// clock that jumps from one event to the next. Nothing in it depends on the machine's clock, on threads or
/// on addresses, so that equal seeds give equal runs.
class timeline {
public:
  /// `shuffle`: which of the actors that have work runs next is drawn from the seed instead of first come,
  /// first served.
  timeline(std::uint64_t seed, bool shuffle);
  ~timeline();
  timeline(const timeline&) = delete;
  timeline& operator=(const timeline&) = delete;

  caf::actor_system& system() noexcept { return system_; }
  steady_time now() const noexcept { return clock_.current_time; }

  /// The server's wall clock, which can be set, and the true time, which cannot.
  const std::shared_ptr<manual_wall_clock>& wall() const noexcept { return wall_; }
  wall_time true_time() const noexcept;

  /// Runs `what` after `delay`, outside of all actors.
  simulator::agenda::entry_id after(std::chrono::nanoseconds delay, simulator::agenda::action what) {
    return plan_.at(now() + delay, std::move(what));
  }
  void cancel(simulator::agenda::entry_id id) { plan_.cancel(id); }

  /// Somebody else with an agenda of his own.
  struct source {
    std::function<std::optional<steady_time>()> next;
    std::function<void()> run_due;
  };
  void add(source s) { sources_.push_back(std::move(s)); }

  /// Runs the actors until nobody has anything to do at this instant. Bounded: a loop without end throws.
  void settle();
  /// Goes on to the next instant at which something is due and settles. False when there is none until
  /// `end`; then the clock stands at `end`.
  bool step(steady_time end);
  /// Steps until `end`, calling `after_step` after each.
  void run_until(steady_time end, const std::function<void()>& after_step);

  /// Lets every timer come due until no actor is left: all roots must have been told to end. Call it while
  /// everything that actors use still exists.
  void drain();

  std::uint64_t actor_steps() const noexcept { return actor_steps_; }

private:
  struct config : caf::actor_system_config {
    config() { set("scheduler.policy", caf::atom("testing")); }
  };

  std::optional<steady_time> next_event() const;
  void move_to(steady_time t);

  config config_;
  caf::actor_system system_{config_};
  caf::scheduler::test_coordinator& scheduler_;
  caf::detail::test_actor_clock& clock_;
  std::shared_ptr<manual_wall_clock> wall_;
  simulator::agenda plan_;
  std::vector<source> sources_;
  generator random_;
  bool shuffle_;
  std::uint64_t actor_steps_ = 0;
};

} // namespace weixin::simulation
