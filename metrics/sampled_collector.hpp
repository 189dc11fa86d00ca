#pragma once

#include "metrics/consumer_lag.hpp"
#include "metrics/samples.hpp"

#include <prometheus/collectable.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace weixin::metrics {

/// Series that are made at each scrape from what their owners counted without a lock. Internal to metrics/.
class sampled_collector final : public prometheus::Collectable {
public:
  void set_scheduler(const std::string& shard, scheduler_sample sample);
  /// The bot's series is there, at 0, from the first call on.
  consumer_lag lag_of(const std::string& bot);

  std::vector<prometheus::MetricFamily> Collect() const override;

private:
  mutable std::mutex mutex_;
  std::map<std::string, scheduler_sample> shards_;
  std::map<std::string, std::shared_ptr<std::atomic<std::int64_t>>> lags_; ///< by bot
};

} // namespace weixin::metrics
