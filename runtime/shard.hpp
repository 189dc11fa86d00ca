#pragma once

#include "runtime/utilization_meter.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace weixin::runtime {

/// One thread with one io_context. Everything of an account (actors, sockets, timers) lives on one shard, so
/// nothing inside an account needs a lock.
class shard {
public:
  explicit shard(unsigned index);
  shard(const shard&) = delete;
  shard& operator=(const shard&) = delete;

  unsigned index() const noexcept { return index_; }
  boost::asio::io_context& context() noexcept { return context_; }

  /// The shard whose thread this is, nullptr on any other thread.
  static shard* current() noexcept;

  /// Tells that the thread turns: the shard answers by moving `last_beat` forward. Any thread.
  void ask_for_beat();
  /// When the thread last answered, and how late it was. Any thread.
  std::chrono::steady_clock::time_point last_beat() const noexcept;
  std::chrono::nanoseconds lag() const noexcept { return std::chrono::nanoseconds{lag_.load()}; }
  /// The share of the last seconds in which the thread ran on a core, as of its last answer: 0 to 1. Any
  /// thread.
  double utilization() const noexcept { return utilization_.load(std::memory_order_relaxed); }

private:
  friend class shard_pool;
  void run();

  unsigned index_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
  std::atomic<std::chrono::steady_clock::rep> last_beat_;
  std::atomic<std::chrono::nanoseconds::rep> lag_{0};
  std::atomic<bool> beat_pending_{false};
  std::atomic<double> utilization_{0};
  utilization_meter meter_; ///< the thread's own
};

/// The shards of a process. Construct before the actor system, destroy after it.
class shard_pool {
public:
  /// Starts `count` threads, at least one.
  explicit shard_pool(unsigned count);
  /// Runs what is still queued, then joins. Nothing may keep a shard busy for ever by then.
  ~shard_pool();
  shard_pool(const shard_pool&) = delete;
  shard_pool& operator=(const shard_pool&) = delete;

  std::size_t size() const noexcept { return shards_.size(); }
  shard& at(std::size_t index) { return *shards_.at(index); }

  /// Runs `work` on that shard and returns when it is done. Not from a shard's own thread.
  void run_on(std::size_t index, std::function<void()> work);
  /// Ends all threads. Idempotent.
  void stop();

private:
  std::vector<std::unique_ptr<shard>> shards_;
};

} // namespace weixin::runtime
