#include "apps/metrics_routes.hpp"

#include "apps/metrics_hooks.hpp"
#include "runtime/log.hpp"
#include "runtime/shard.hpp"
#include "runtime/shard_scheduler.hpp"
#include "transport/network.hpp"

namespace weixin {

namespace {

/// Gauges that nobody pushes: they are read when somebody asks.
void sample(const metrics_sources& s) {
  for (std::size_t i = 0; i < s.shards.size(); ++i) {
    const auto& load = s.scheduler.load(i);
    s.metrics->set_scheduler(i, {s.shards.at(i).lag(), s.scheduler.queue_length(i),
                                 s.shards.at(i).utilization(), load.waits(), load.runs()});
  }
  for (std::size_t k = 0; k < metrics::actor_kind_count; ++k) {
    auto kind = static_cast<metrics::actor_kind>(k);
    s.metrics->set_actors(kind, s.scheduler.actors(kind));
  }
  auto store = s.store_health();
  s.metrics->set_media_store(store.media_bytes, s.media_quota_bytes());
  s.metrics->set_store({store.waiting_calls, store.accepting, store.unreadable_rows,
                        store.database_bytes - store.log_bytes, store.log_bytes, store.disk_free_bytes,
                        store.disk_size_bytes});
  s.metrics->set_connections_open(s.network->connections_open());
  if (s.show_notifications) s.show_notifications(*s.metrics);
  for (const auto& b : s.network->breaker_states()) {
    s.metrics->allow(metrics::checked_label::host, b.host);
    s.metrics->set_breaker(b.host, label_of(b.state));
  }
}

httpd::response plain(int status, std::string body) {
  httpd::response r;
  r.status = status;
  r.content_type = "text/plain; charset=utf-8";
  r.body = std::move(body);
  return r;
}

} // namespace

httpd::response render_metrics(const metrics_sources& sources) {
  sample(sources);
  httpd::response r;
  r.content_type = std::string{metrics::registry::content_type};
  r.body = sources.metrics->render();
  if (auto exported = sources.metrics->take_account_series_change())
    log_info("metrics.account_series", {{"exported", *exported}});
  return r;
}

httpd::router make_metrics_routes(metrics_sources sources) {
  auto s = std::make_shared<metrics_sources>(std::move(sources));
  httpd::router routes;
  routes.add("GET", "/metrics", [s](const httpd::request&, const httpd::responder& respond) {
    respond.send(render_metrics(*s));
  });
  routes.add("GET", "/healthz", [](const httpd::request&, const httpd::responder& respond) {
    respond.send(plain(200, "ok\n"));
  });
  routes.add("GET", "/readyz", [s](const httpd::request&, const httpd::responder& respond) {
    respond.send(s->ready() ? plain(200, "ready\n") : plain(503, "not ready\n"));
  });
  return routes;
}

} // namespace weixin
