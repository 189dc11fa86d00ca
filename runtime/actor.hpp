#pragma once

// The one header that knows how CAF 0.17.6 spells things: actors include this instead of CAF.

#include "runtime/log.hpp"
#include "runtime/shard_scheduler.hpp"

#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/exit_reason.hpp>
#include <caf/replies_to.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <tuple>
#include <typeinfo>
#include <utility>

namespace weixin::runtime {

/// Work that runs inside the actor that receives it: how the answer of the transport, the store or another
/// thread comes back. Every actor interface has it.
struct continuation {
  std::function<void()> run;
};

/// Asks whether an actor still answers; it replies heartbeat_ack with the same number. An actor that waits
/// for a completion long after its deadline stays silent: it lost a reply, and only a restart helps.
struct heartbeat {
  std::uint64_t number = 0;
};
struct heartbeat_ack {
  std::uint64_t number = 0;
};

} // namespace weixin::runtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::runtime::continuation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::runtime::heartbeat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weixin::runtime::heartbeat_ack)

namespace weixin::runtime {

/// Base of every actor. `Handle` is the typed_actor interface it implements. Runs on one shard, its parent's
/// unless it was spawned with `spawn_on`. An exception in a handler ends the actor; its text, which may hold
/// anything, is not printed, only its type.
template <class Handle>
class actor_base : public Handle::base, public shard_resident {
public:
  explicit actor_base(caf::actor_config& cfg) : Handle::base(cfg), shard_resident(cfg.host) {
    this->set_exception_handler([this](std::exception_ptr& e) -> caf::error {
      try {
        std::rethrow_exception(e);
      } catch (const std::exception& x) {
        log_error("actor.exception", {{"actor", this->name()}, {"type", typeid(x).name()}});
      } catch (...) {
        log_error("actor.exception", {{"actor", this->name()}, {"type", "unknown"}});
      }
      return caf::make_error(caf::sec::runtime_error);
    });
  }

  void initialize() override {
    count_start(this->name());
    Handle::base::initialize();
  }
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    count_end();
    return Handle::base::cleanup(std::move(reason), host);
  }
  /// A mailbox that was closed may not be looked into.
  std::size_t mailbox_length() override { return this->mailbox().closed() ? 0 : this->mailbox().size(); }

protected:
  /// Turns `f` into a callback for any thread, to be called once: calling it runs `f` inside this actor, or
  /// does nothing when the actor has ended.
  template <class F>
  auto inside(F f) {
    return [self = Handle{this}, f = std::move(f)](auto&&... args) mutable {
      caf::anon_send(self,
                     continuation{[f = std::move(f), held = std::make_tuple(std::decay_t<decltype(args)>(
                                                         std::forward<decltype(args)>(args))...)]() mutable {
                       std::apply(f, std::move(held));
                     }});
    };
  }

  /// The behaviour entry that runs continuations: every make_behavior lists it.
  static auto run_continuations() {
    return [](continuation& c) { c.run(); };
  }

  /// Sends `message` to this actor after `delay`. It cannot be cancelled: give it a generation number.
  template <class Message, class Rep, class Period>
  void after(std::chrono::duration<Rep, Period> delay, Message message) {
    this->delayed_send(this, std::chrono::duration_cast<std::chrono::nanoseconds>(delay), std::move(message));
  }

  /// Monotonic time as the actor sees it: virtual in tests.
  std::chrono::steady_clock::time_point now() { return this->system().clock().now(); }
};

/// Spawns a class-based actor on one shard. `shard_index` is taken modulo the number of shards; with CAF's
/// test scheduler there is only one.
template <class Actor, class... Args>
auto spawn_on(caf::actor_system& system, std::size_t shard_index, Args&&... args) {
  caf::actor_config cfg;
  if (auto* scheduler = dynamic_cast<shard_scheduler*>(&system.scheduler()))
    cfg.host = &scheduler->unit_of(shard_index % scheduler->num_workers());
  return system.spawn_class<Actor, caf::no_spawn_options>(cfg, std::forward<Args>(args)...);
}

} // namespace weixin::runtime
