#include "apps/metrics_routes.hpp"

#include "runtime/shard.hpp"
#include "runtime/shard_scheduler.hpp"
#include "transport/network.hpp"

namespace weixin {

namespace {

/// Gauges that nobody pushes: they are read when somebody asks.
void sample(const metrics_sources& s) {
  for (std::size_t i = 0; i < s.shards.size(); ++i) {
    s.metrics->set_scheduler_lag(i, s.shards.at(i).lag());
    s.metrics->set_scheduler_queue_length(i, s.scheduler.queue_length(i));
  }
  if (s.media_bytes) s.metrics->set_media_store(s.media_bytes(), s.media_quota_bytes());
  for (const auto& b : s.network->breaker_states()) {
    s.metrics->allow(metrics::checked_label::host, b.host);
    s.metrics->set_breaker(b.host, static_cast<metrics::breaker_state>(b.state));
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
