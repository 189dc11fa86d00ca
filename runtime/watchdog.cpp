#include "runtime/watchdog.hpp"

#include "runtime/log.hpp"
#include "runtime/shard.hpp"

#include <cstdlib>
#include <vector>

namespace weixin::runtime {

watchdog::watchdog(shard_pool& pool, options opts, std::function<void(unsigned)> blocked)
    : options_(opts), blocked_(std::move(blocked)),
      thread_([this, &pool](std::stop_token stop) { run(std::move(stop), pool); }) {}

watchdog::~watchdog() = default;

void watchdog::run(std::stop_token stop, shard_pool& pool) {
  std::vector<bool> reported(pool.size(), false);
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    for (unsigned i = 0; i < pool.size(); ++i)
      pool.at(i).ask_for_beat();
    auto slept_from = std::chrono::steady_clock::now();
    wake_.wait_for(lock, stop, options_.period, [] { return false; });
    if (stop.stop_requested()) return;
    auto now = std::chrono::steady_clock::now();
    // The whole process stood still (SIGSTOP, a suspended machine): the shards get a turn to answer first.
    if (now - slept_from > options_.period + options_.limit / 2) continue;
    for (unsigned i = 0; i < pool.size(); ++i) {
      if (reported[i] || now - pool.at(i).last_beat() <= options_.limit) continue;
      reported[i] = true;
      blocked_(i);
    }
  }
}

void abort_on_blocked_shard(unsigned shard) {
  log_error("shard.blocked", {{"shard", shard}, {"action", "abort"}});
  std::abort();
}

} // namespace weixin::runtime
