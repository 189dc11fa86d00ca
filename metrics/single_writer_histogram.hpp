#pragma once

#include "metrics/catalog.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weixin::metrics {

/// What a histogram held at one time.
struct histogram_values {
  std::vector<std::uint64_t> counts; ///< by bucket, not cumulative; the last one is of all above
  double sum_seconds = 0;
};

/// A histogram that one thread fills, without a lock and without an atomic read-modify-write, and that any
/// thread reads: for what happens many times a message. A reader may miss what is being written.
class single_writer_histogram {
public:
  static constexpr std::size_t max_buckets = 15;

  /// The buckets are those of the catalog's histogram; at most `max_buckets`.
  explicit single_writer_histogram(metric id) : bounds_count_(describe(id).buckets.size()) {
    for (std::size_t i = 0; i < bounds_count_; ++i)
      bounds_[i] = static_cast<std::int64_t>(describe(id).buckets[i] * 1e9);
  }

  /// The owner's thread only.
  void observe(std::chrono::nanoseconds took) noexcept {
    auto ns = took.count() > 0 ? std::int64_t{took.count()} : 0;
    std::size_t bucket = 0;
    while (bucket < bounds_count_ && ns > bounds_[bucket])
      ++bucket;
    add(counts_[bucket], 1);
    add(sum_ns_, static_cast<std::uint64_t>(ns));
  }

  /// Any thread.
  histogram_values values() const {
    histogram_values v;
    for (std::size_t i = 0; i <= bounds_count_; ++i)
      v.counts.push_back(counts_[i].load(std::memory_order_relaxed));
    v.sum_seconds = static_cast<double>(sum_ns_.load(std::memory_order_relaxed)) / 1e9;
    return v;
  }

private:
  static void add(std::atomic<std::uint64_t>& to, std::uint64_t what) noexcept {
    to.store(to.load(std::memory_order_relaxed) + what, std::memory_order_relaxed);
  }

  std::array<std::int64_t, max_buckets> bounds_{};
  std::size_t bounds_count_;
  std::array<std::atomic<std::uint64_t>, max_buckets + 1> counts_{};
  std::atomic<std::uint64_t> sum_ns_{0};
};

} // namespace weixin::metrics
