#pragma once

#include <caf/actor_clock.hpp>

#include <memory>
#include <vector>

namespace weixin::runtime {

class shard;
class shard_pool;

/// CAF's clock on Asio timers: one schedule a shard, touched only by that shard's thread, so there is no lock
/// and no starvation (CAF 0.17.6's own clock fires timers only when its input is empty).
///
/// A call made on a shard's thread uses that shard's schedule; a call from another thread goes to the first
/// shard. CAF sets an actor's timeouts from the thread that runs the actor, so an actor's timeouts are always
/// set and cancelled in one schedule.
class shard_clock final : public caf::actor_clock {
public:
  explicit shard_clock(shard_pool& pool);
  ~shard_clock() override;

  void set_ordinary_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                            std::uint64_t id) override;
  void set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                         std::uint64_t id) override;
  void set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) override;
  void cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) override;
  void cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) override;
  void cancel_timeouts(caf::abstract_actor* self) override;
  void schedule_message(time_point t, caf::strong_actor_ptr receiver,
                        caf::mailbox_element_ptr content) override;
  void schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                        caf::message content) override;
  void cancel_all() override;

  /// Entries of this shard's schedule; call on its thread. For metrics and tests.
  std::size_t pending(std::size_t shard_index) const;

private:
  class shard_schedule;

  template <class F>
  void on_schedule(F f);

  std::vector<std::unique_ptr<shard_schedule>> schedules_;
  shard_pool& pool_;
};

} // namespace weixin::runtime
