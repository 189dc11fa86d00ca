#pragma once

#include "httpd/router.hpp"
#include "metrics/registry.hpp"

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
  std::function<std::uint64_t()> media_bytes;       ///< of all stored media
  std::function<std::uint64_t()> media_quota_bytes; ///< with `media_bytes`
};

/// All metrics as they are now, as an answer.
httpd::response render_metrics(const metrics_sources& sources);

/// `/metrics`, `/healthz` (the process runs) and `/readyz` (store open, API listening; never an account's
/// health).
httpd::router make_metrics_routes(metrics_sources sources);

} // namespace weixin
