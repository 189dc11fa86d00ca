#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <iterator>
#include <mutex>
#include <utility>
#include <vector>

namespace weixin::store {

/// A bounded queue with one consumer thread that takes jobs in batches. Any thread may push.
template <class Job>
class job_queue {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit job_queue(std::size_t capacity) : capacity_(capacity) {}

  /// False, and the job untouched, when the queue is full or closed.
  bool push(Job& job) {
    bool wake = false;
    {
      std::lock_guard lock{mutex_};
      if (closed_ || jobs_.size() >= capacity_) return false;
      jobs_.push_back(std::move(job));
      wake = jobs_.size() == wanted_; // a consumer that works sees it by itself
    }
    if (wake) filled_.notify_one();
    return true;
  }

  /// Puts a job that was taken back at the end, whatever the bound, and after `close` too. For the consumer.
  void push_again(Job job) {
    std::lock_guard lock{mutex_};
    jobs_.push_back(std::move(job));
  }

  /// Waits until there are `enough` jobs, and after `not_later` for one; takes up to `most` of them, oldest
  /// first. Empty once the queue is closed and drained.
  std::vector<Job> take(std::size_t most, std::size_t enough = 1, time_point not_later = {}) {
    std::unique_lock lock{mutex_};
    if (enough > 1) wait(enough, [&](auto ready) { filled_.wait_until(lock, not_later, ready); });
    wait(1, [&](auto ready) { filled_.wait(lock, ready); });
    auto end = jobs_.begin() + static_cast<std::ptrdiff_t>(std::min(most, jobs_.size()));
    std::vector<Job> batch{std::make_move_iterator(jobs_.begin()), std::make_move_iterator(end)};
    jobs_.erase(jobs_.begin(), end);
    return batch;
  }

  /// Refuses new jobs; those that wait are still handed out.
  void close() {
    {
      std::lock_guard lock{mutex_};
      closed_ = true;
    }
    filled_.notify_all();
  }

  /// How many wait.
  std::size_t size() const {
    std::lock_guard lock{mutex_};
    return jobs_.size();
  }

private:
  template <class Wait>
  void wait(std::size_t enough, Wait until) {
    wanted_ = enough;
    until([this, enough] { return closed_ || jobs_.size() >= enough; });
    wanted_ = 0;
  }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Job> jobs_;
  std::size_t wanted_ = 0; ///< how many jobs the consumer waits for
  bool closed_ = false;
};

} // namespace weixin::store
