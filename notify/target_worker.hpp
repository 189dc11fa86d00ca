#pragma once

#include "metrics/labels.hpp"
#include "notify/delivery.hpp"
#include "runtime/log.hpp"
#include "runtime/random.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace weixin::notify {

struct worker_options {
  std::string name;
  std::size_t capacity = 1'000; ///< waiting jobs; one more makes the oldest go
  std::uint64_t seed = 1;       ///< of the jitter
  /// The pause after a try that may go better later; nothing ends it. Default: `pause_after`.
  std::function<std::optional<std::chrono::milliseconds>(unsigned tries, const attempt& last)> pause;
  /// Told of every end of a job except refreshes, and how long it was in the worker's hands; from the
  /// worker's thread or the enqueuer's. Does not wait.
  std::function<void(metrics::notification_result, std::chrono::nanoseconds took)> on_end;
};

/// Delivers to one target, on a thread of its own, one job after the other in their order. A target that
/// hangs delays nobody else.
class target_worker {
public:
  using on_tested = std::function<void(attempt)>;

  target_worker(worker_options options, deliver how);
  /// Ends the try under way and forgets what waits. Blocks shortly.
  ~target_worker();
  target_worker(const target_worker&) = delete;
  target_worker& operator=(const target_worker&) = delete;

  /// Any thread; returns at once. A refresh is left out while something else waits.
  void enqueue(job j);
  /// One try, before everything that waits. `done` is called exactly once, from any thread, also when the
  /// worker ends before it.
  void test(job j, on_tested done);
  void stop();

  const std::string& name() const noexcept { return options_.name; }
  struct backlog {
    std::size_t jobs = 0;               ///< that are not done, the one under way included
    std::chrono::nanoseconds oldest{0}; ///< for how long the first of them has been there
  };
  backlog waiting() const;

private:
  /// A job that is not done.
  struct held_job {
    job what;
    std::chrono::steady_clock::time_point since;
  };
  struct test_job {
    job what;
    on_tested done;
  };

  void run();
  void try_once(std::unique_lock<std::mutex>& lock);
  void settle(const attempt& a);
  void end(const held_job& j, metrics::notification_result result, const attempt& last, log_level level);

  worker_options options_;
  deliver deliver_;
  random_generator random_;
  stop_signal stop_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<held_job> queue_;
  std::deque<test_job> tests_;
  std::optional<held_job> current_; ///< being tried, or between two tries
  unsigned tries_ = 0;
  bool told_of_drops_ = false; ///< since the queue was empty
  std::chrono::steady_clock::time_point next_try_{};
  std::thread thread_; // last: it uses everything above
};

} // namespace weixin::notify
