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
  std::function<std::uint64_t()> media_quota_bytes;
  std::function<void(metrics::registry&)> show_notifications; ///< that wait
};

/// All metrics as they are now, as an answer.
httpd::response render_metrics(const metrics_sources& sources);

/// `/metrics`, `/healthz` (the process runs) and `/readyz` (store open, API listening; never an account's
/// health).
httpd::router make_metrics_routes(metrics_sources sources);

} // namespace weixin
