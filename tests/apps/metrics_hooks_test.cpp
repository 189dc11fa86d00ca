#include "apps/metrics_hooks.hpp"

#include <gmock/gmock.h>

namespace weixin {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct MetricsHooks : ::testing::Test {
  std::shared_ptr<metrics::registry> registry = std::make_shared<metrics::registry>();
  std::string rendered() const { return registry->render(); }
};

TEST_F(MetricsHooks, CallABreakerWhatItIs) {
  EXPECT_EQ(label_of(transport::breaker_state::closed), metrics::breaker_state::closed);
  EXPECT_EQ(label_of(transport::breaker_state::half_open), metrics::breaker_state::half_open);
  EXPECT_EQ(label_of(transport::breaker_state::open), metrics::breaker_state::open);
}

TEST_F(MetricsHooks, CountWhatTheNetworkDoes) {
  auto hooks = count_network(registry);
  hooks.on_call("webwxsync", "ok", 10ms);
  hooks.on_handshake(transport::handshake_end::full, 10ms);
  hooks.on_handshake(transport::handshake_end::resumed, 10ms);
  hooks.on_handshake(transport::handshake_end::resumed, 10ms);
  for (int i = 0; i < 3; ++i)
    hooks.on_handshake(transport::handshake_end::failed, 10ms);
  hooks.on_look_up(transport::lookup_end::found, 1ms);
  for (int i = 0; i < 2; ++i)
    hooks.on_look_up(transport::lookup_end::cached, 0ms);
  for (int i = 0; i < 3; ++i)
    hooks.on_look_up(transport::lookup_end::failed, 1ms);
  for (const char* line : {
           "weixin_upstream_requests_total{endpoint=\"webwxsync\",result=\"ok\"} 1\n",
           "weixin_tls_handshakes_total{result=\"full\"} 1\n",
           "weixin_tls_handshakes_total{result=\"resumed\"} 2\n",
           "weixin_tls_handshakes_total{result=\"failed\"} 3\n",
           "weixin_dns_lookups_total{result=\"ok\"} 1\n",
           "weixin_dns_lookups_total{result=\"cached\"} 2\n",
           "weixin_dns_lookups_total{result=\"failed\"} 3\n",
       })
    EXPECT_THAT(rendered(), HasSubstr(line));
}

TEST_F(MetricsHooks, CountTransactionsOfTheStoreAndTheirFailures) {
  auto told = count_transactions(registry);
  told(true, 3, 1ms, false);
  told(false, 2, 1ms, false);
  told(true, 1, 1ms, true);
  for (const char* line :
       {"weixin_store_calls_total{access=\"writes\"} 4\n", "weixin_store_calls_total{access=\"reads\"} 2\n",
        "weixin_store_failures_total 1\n"})
    EXPECT_THAT(rendered(), HasSubstr(line));
}

} // namespace
} // namespace weixin
