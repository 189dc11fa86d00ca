#pragma once

#include "runtime/shard_clock.hpp"
#include "runtime/shard_load.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/execution_unit.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

namespace weixin::runtime {

class shard;
class shard_pool;

/// Mixed into every actor of ours: on which shard it runs. CAF hands a scheduler nothing but a `resumable`.
class shard_resident {
public:
  virtual ~shard_resident() = default;
  unsigned shard_index() const noexcept { return shard_index_; }
  metrics::actor_kind counted_as() const noexcept { return kind_; }
  /// How many messages wait for it. On its shard, while it is queued there.
  virtual std::size_t mailbox_length() { return 0; }

protected:
  /// The shard of the execution unit that spawns the actor: a child lives where its parent lives.
  explicit shard_resident(caf::execution_unit* host) noexcept;
  /// It begins to live, as an actor of that name, and ends: once each. Without a shard nobody counts.
  void count_start(std::string_view name) noexcept;
  void count_end() noexcept;

private:
  unsigned shard_index_ = 0;
  metrics::actor_kind kind_ = metrics::actor_kind::other;
  bool is_counted_ = false;
  shard_load* load_ = nullptr;
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
  /// What they do to that shard. Any thread.
  const shard_load& load(std::size_t shard_index) const noexcept;
  /// The actors of one kind on all shards. Any thread.
  metrics::actor_sample actors(metrics::actor_kind kind) const noexcept;
  const shard_clock& timers() const noexcept { return clock_; }

  void start() override;
  void stop() override;
  void enqueue(caf::resumable* what) override;
  bool detaches_utility_actors() const override { return false; }
  caf::actor_clock& clock() noexcept override { return clock_; }

  static caf::actor_system::module* make(caf::actor_system& system, caf::detail::type_list<>);

private:
  /// An actor in the queue of its shard.
  struct turn {
    caf::resumable* what;
    shard_resident* who; ///< the same, null for what is no actor of ours
    shard_load::time_point since;
  };

  /// Returns when it ended.
  shard_load::time_point run(unit& u, const turn& t, shard_load::time_point begun);
  void drain(unit& u);
  static void look_at_mailboxes(unit& u, shard_load::time_point now);
  static void push(unit& u, const turn& t);

  shard_pool& pool_;
  std::vector<std::unique_ptr<unit>> units_;
  shard_clock clock_;
};

} // namespace weixin::runtime
