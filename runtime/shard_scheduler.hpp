#pragma once

#include "runtime/shard_clock.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/execution_unit.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

namespace weixin::runtime {

class shard;
class shard_pool;

/// Mixed into every actor of ours: on which shard it runs. CAF hands a scheduler nothing but a `resumable`.
class shard_resident {
public:
  virtual ~shard_resident() = default;
  unsigned shard_index() const noexcept { return shard_index_; }

protected:
  /// The shard of the execution unit that spawns the actor: a child lives where its parent lives.
  explicit shard_resident(const caf::execution_unit* host) noexcept;

private:
  unsigned shard_index_ = 0;
};

/// The configuration of an actor system whose actors run on the shards of `pool`.
struct shard_system_config : caf::actor_system_config {
  explicit shard_system_config(shard_pool& p);
  shard_pool& pool;
};

/// CAF's scheduler, hosted by the shards: an actor that has work is queued at its shard and resumed there
/// between two turns of I/O. Stops with its actor system; the shards must outlive it.
class shard_scheduler final : public caf::scheduler::abstract_coordinator {
public:
  /// Where an actor runs: pass it as `actor_config::host` to place an actor on that shard.
  class unit;

  shard_scheduler(caf::actor_system& system, shard_pool& pool);
  ~shard_scheduler() override;

  caf::execution_unit& unit_of(std::size_t shard_index);
  /// Actors waiting for their turn on that shard. Any thread.
  std::size_t queue_length(std::size_t shard_index) const noexcept;
  const shard_clock& timers() const noexcept { return clock_; }

  void start() override;
  void stop() override;
  void enqueue(caf::resumable* what) override;
  bool detaches_utility_actors() const override { return false; }
  caf::actor_clock& clock() noexcept override { return clock_; }

  static caf::actor_system::module* make(caf::actor_system& system, caf::detail::type_list<>);

private:
  void run(unit& u, caf::resumable* what);
  void drain(unit& u);
  static void push(unit& u, caf::resumable* what);

  shard_pool& pool_;
  std::vector<std::unique_ptr<unit>> units_;
  shard_clock clock_;
};

} // namespace weixin::runtime
