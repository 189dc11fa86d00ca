#pragma once

#include "metrics/labels.hpp"
#include "metrics/samples.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace weixin::runtime {

/// What one shard's actors do to it: counted by its own thread, without a lock, and read by any.
class shard_load {
public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds window{15};     ///< of the longest mailboxes; two of them are kept
  static constexpr std::chrono::seconds look_period{1}; ///< of `look`

  shard_load() = default;
  shard_load(const shard_load&) = delete;
  shard_load& operator=(const shard_load&) = delete;

  // The shard's thread only.
  void ran(std::chrono::nanoseconds waited, std::chrono::nanoseconds took) noexcept;
  /// An actor of that kind is about to run, with so many messages in its mailbox.
  void mailbox(metrics::actor_kind kind, std::size_t length, time_point now) noexcept;
  /// Whether all mailboxes may be looked at once more; then `begin_look`, `saw` for each that is not empty.
  bool may_look(time_point now) const noexcept { return now >= next_look_; }
  void begin_look(time_point now) noexcept;
  void saw(metrics::actor_kind kind, std::size_t length) noexcept;

  // Any thread.
  void started(metrics::actor_kind kind) noexcept;
  void ended(metrics::actor_kind kind) noexcept;
  metrics::actor_sample actors(metrics::actor_kind kind, time_point now) const noexcept;
  metrics::histogram_values waits() const { return waits_.values(); }
  metrics::histogram_values runs() const { return runs_.values(); }

private:
  struct of_kind {
    std::atomic<std::int64_t> living{0};
    std::atomic<std::size_t> seen{0};           ///< in mailboxes, at the last look
    std::atomic<std::size_t> longest{0};        ///< in this window
    std::atomic<std::size_t> longest_before{0}; ///< in the one before
  };
  using ticks = time_point::rep;

  void turn_window(time_point now) noexcept;

  metrics::single_writer_histogram waits_{metrics::metric::scheduler_queue_wait};
  metrics::single_writer_histogram runs_{metrics::metric::scheduler_run_duration};
  std::array<of_kind, metrics::actor_kind_count> kinds_;
  std::atomic<ticks> window_began_{0};
  std::atomic<ticks> looked_at_{0};
  time_point next_look_{};
};

} // namespace weixin::runtime
