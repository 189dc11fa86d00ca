#include "metrics/sampled_collector.hpp"

#include "metrics/sampled_family.hpp"

#include <algorithm>
#include <utility>

namespace weixin::metrics {

void sampled_collector::set_scheduler(const std::string& shard, scheduler_sample sample) {
  std::lock_guard lock{mutex_};
  shards_[shard] = std::move(sample);
}

consumer_lag sampled_collector::lag_of(const std::string& bot) {
  std::lock_guard lock{mutex_};
  auto& of_all = lags_[bot];
  if (!of_all) of_all = std::make_shared<std::atomic<std::int64_t>>(0);
  return consumer_lag{of_all};
}

std::vector<prometheus::MetricFamily> sampled_collector::Collect() const {
  std::vector<prometheus::MetricFamily> families;
  sampled_family lag{metric::scheduler_lag}, queue{metric::scheduler_queue_length},
      utilization{metric::scheduler_utilization}, wait{metric::scheduler_queue_wait},
      run{metric::scheduler_run_duration}, behind{metric::consumer_lag};
  std::lock_guard lock{mutex_};
  for (const auto& [shard, s] : shards_) {
    lag.sample(std::max(s.lag.count(), 0.0), {shard});
    queue.sample(static_cast<double>(s.queue_length), {shard});
    utilization.sample(std::clamp(s.utilization, 0.0, 1.0), {shard});
    wait.sample(s.wait, {shard});
    run.sample(s.run, {shard});
  }
  for (const auto& [bot, events] : lags_)
    behind.sample(static_cast<double>(std::max<std::int64_t>(events->load(std::memory_order_relaxed), 0)),
                  {bot});
  for (auto* family : {&lag, &queue, &utilization, &wait, &run, &behind})
    family->append_to(families);
  return families;
}

} // namespace weixin::metrics
