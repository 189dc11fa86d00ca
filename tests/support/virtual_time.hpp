#pragma once

#include "runtime/actor.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <functional>

namespace weixin::testing {

/// An actor system on CAF's test coordinator: one thread, and a clock that moves only when told.
struct virtual_time {
  struct config : caf::actor_system_config {
    config() { set("scheduler.policy", caf::atom("testing")); }
  };

  config cfg;
  caf::actor_system system{cfg};
  caf::scheduler::test_coordinator& scheduler =
      dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  /// Delivers what the fakes have ready; true when there was something.
  std::function<bool()> deliver = [] { return false; };

  /// Runs until nobody has anything to do any more. Bounded: a loop without end is a bug, and found.
  void settle() {
    for (int round = 0; round < 10'000; ++round) {
      scheduler.run();
      if (!deliver()) return;
    }
    throw std::logic_error("the actors never come to rest");
  }

  /// Moves the clock in steps, so that timers that arm further timers fire in between.
  void advance(std::chrono::nanoseconds total,
               std::chrono::nanoseconds step = std::chrono::milliseconds{500}) {
    settle();
    for (auto passed = std::chrono::nanoseconds{0}; passed < total; passed += step) {
      auto part = std::min(step, total - passed);
      if (on_advance) on_advance(part);
      scheduler.advance_time(part);
      settle();
    }
  }
  std::function<void(std::chrono::nanoseconds)> on_advance;
};

} // namespace weixin::testing
