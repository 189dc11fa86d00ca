#pragma once

#include "metrics/single_writer_histogram.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace weixin::metrics {

/// One shard at the time of a scrape.
struct scheduler_sample {
  std::chrono::duration<double> lag{0};
  std::size_t queue_length = 0;
  double utilization = 0; ///< 0 to 1: share of the last seconds on a core
  histogram_values wait;  ///< of metric::scheduler_queue_wait
  histogram_values run;   ///< of metric::scheduler_run_duration
};

/// The actors of one kind.
struct actor_sample {
  std::size_t living = 0;
  std::size_t mailbox_length = 0;     ///< of all of them together
  std::size_t mailbox_max_length = 0; ///< of one of them, within the last half minute
};

/// The store at the time of a scrape; what has to be asked of a disk was so at most a second ago.
struct store_sample {
  std::size_t queue_length = 0;
  bool accepting = true;
  std::uint64_t unreadable_rows = 0; ///< since the start
  std::uint64_t database_bytes = 0;
  std::uint64_t log_bytes = 0;
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t disk_size_bytes = 0;
};

/// What the store holds, as an upkeep counted it.
struct stored_sample {
  std::uint64_t messages = 0;
  std::uint64_t message_bytes = 0;
  std::uint64_t sends = 0;
};

} // namespace weixin::metrics
