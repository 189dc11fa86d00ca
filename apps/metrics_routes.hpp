#pragma once

#include "httpd/router.hpp"
#include "metrics/registry.hpp"
#include "store/records.hpp"

#include <functional>
#include <memory>

namespace weixin::transport {
class network;
}
namespace weixin::runtime {
class shard_pool;
class shard_scheduler;
} // namespace weixin::runtime

namespace weixin {

/// What the metrics listener reads. All of it outlives the listener.
struct metrics_sources {
  std::shared_ptr<metrics::registry> metrics;
  std::shared_ptr<transport::network> network;
  runtime::shard_pool& shards;
  runtime::shard_scheduler& scheduler;
  std::function<bool()> ready;
  std::function<store::store_health()> store_health;
  std::uint64_t media_quota_bytes = 0;
  std::function<void(metrics::registry&)> show_notifications; ///< that wait
};

/// `/metrics`, `/healthz` (the process runs) and `/readyz` (store open, API listening; never an account's
/// health).
httpd::router make_metrics_routes(metrics_sources sources);

} // namespace weixin
