#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace weixin::runtime {

/// A few threads for computations too long for a shard (large bodies). Bounded: at most `max_pending` jobs
/// wait.
class worker_pool {
public:
  explicit worker_pool(unsigned threads = 2, std::size_t max_pending = 256);
  ~worker_pool(); ///< runs what waits, then joins
  worker_pool(const worker_pool&) = delete;
  worker_pool& operator=(const worker_pool&) = delete;

  /// Runs `job` on a worker. False, and nothing happens, when too many wait. Any thread; `job` must not
  /// throw.
  bool submit(std::function<void()> job);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace weixin::runtime
