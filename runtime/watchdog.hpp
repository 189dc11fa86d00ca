#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace weixin::runtime {

class shard_pool;

/// Watches the shards from a thread of its own. A shard that does not turn for `limit` is a bug of ours that
/// nothing inside the process can heal: `blocked` is called with its index, once a shard, on the watchdog's
/// thread. The program logs and aborts there, so that the service manager starts it again.
class watchdog {
public:
  struct options {
    std::chrono::milliseconds period{1'000};
    std::chrono::milliseconds limit{10'000};
  };

  watchdog(shard_pool& pool, options opts, std::function<void(unsigned shard)> blocked);
  ~watchdog();
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

private:
  void run(std::stop_token stop, shard_pool& pool);

  options options_;
  std::function<void(unsigned)> blocked_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

/// The program's answer to a blocked shard: one log line, then std::abort (the core, where allowed, is the
/// dump).
[[noreturn]] void abort_on_blocked_shard(unsigned shard);

} // namespace weixin::runtime
