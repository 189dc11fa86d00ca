#include "metrics/catalog.hpp"
#include "metrics/registry.hpp"
#include "tests/metrics/exposition.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace weixin::metrics {
namespace {

using namespace std::chrono_literals;

exposition scrape(const registry& r) { return parse_exposition(r.render()); }

/// Calls everything once, so that every metric of the catalog has a series.
void touch_everything(registry& r, account_metrics& account) {
  account.set_state(account_state::online);
  account.set_last_sync(wall_time{1s});
  account.set_last_event(wall_time{1s});
  account.set_session_start(wall_time{1s});
  account.logged_out(logout_reason::user);
  account.actor_restarted(restart_reason::exception);
  account.message_received("text");
  account.message_sent("text");
  account.send_failed("timed_out");
  account.set_send_queue_length(1);
  r.login_finished(login_result::ok, 30s);
  r.qr_code_issued();
  r.synccheck_finished(0, 2, 25s);
  r.sync_failed(sync_failure::network);
  r.messages_set_aside(1);
  r.messages_undecoded(1);
  r.contacts_set_aside(contact_answer::init, 1);
  r.inbox_appended(2, 4ms);
  r.event_lag(1s);
  r.send_finished("text", 100ms);
  r.send_queue_waited(1s);
  r.send_dropped(send_drop::queue_full);
  r.pacing_delayed(paced_operation::text, 1s);
  r.contact_operation_ended(contact_operation_kind::group_create, contact_operation_outcome::confirmed);
  r.media_finished(media_direction::download, media_result::ok, 1000);
  r.media_fetched(media_kind::video, media_result::ok);
  r.media_dropped(3);
  r.set_media_store(1'000, 5'000);
  r.bot_dispatched("echo", bot_result::ok);
  r.bot_thought("echo", 1ms);
  r.router_duplicate();
  r.lag_of("echo").set(3);
  r.actor_failed(actor_kind::sender);
  r.actor_gave_up(actor_kind::sender);
  r.set_actors(actor_kind::sender, {3, 2, 1});
  r.set_scheduler(0, {});
  r.tls_handshake_ended(tls_result::full, 10ms);
  r.set_connections_open(3);
  r.host_looked_up(lookup_result::ok, 1ms);
  r.store_transaction(store_access::writes, 2, 1ms);
  r.store_failed();
  r.store_dropped(dropped_rows::messages, 4);
  r.set_store({});
  r.set_stored({});
  r.set_notifications_waiting("ops", 1, 5s);
  r.upstream_finished("webwxsync", "ok", 100ms);
  r.set_breaker("wx.qq.com", breaker_state::open);
  r.http_request_served("/v1/status", "GET", 200, 1ms);
  r.notification_ended("ops", notification_result::ok, 1s);
}

TEST(MetricsRegistry, WritesAnExpositionThatParses) {
  registry r;
  auto account = r.account("shop-01");
  touch_everything(r, *account);
  auto seen = scrape(r);
  EXPECT_EQ(seen.mistakes, std::vector<std::string>{});
  EXPECT_GT(seen.all.size(), 100u);
}

TEST(MetricsRegistry, ExportsEveryMetricOfTheCatalogWithItsTypeHelpAndLabels) {
  registry r;
  auto account = r.account("shop-01");
  touch_everything(r, *account);
  auto seen = scrape(r);
  const std::map<metric_type, std::string> type_names{{metric_type::counter, "counter"},
                                                      {metric_type::gauge, "gauge"},
                                                      {metric_type::histogram, "histogram"}};
  for (const auto& m : catalog()) {
    std::string name{m.name};
    ASSERT_TRUE(seen.families.contains(name)) << name;
    EXPECT_EQ(seen.families[name].type, type_names.at(m.type)) << name;
    EXPECT_EQ(seen.families[name].help, m.help) << name;
    std::set<std::string> wanted;
    for (auto label : m.labels)
      if (!label.empty()) wanted.emplace(label);
    for (const auto& s : seen.all) {
      if (s.family != name) continue;
      std::set<std::string> labels;
      for (const auto& [key, value] : s.labels)
        if (key != "le") labels.insert(key);
      EXPECT_EQ(labels, wanted) << s.name;
    }
  }
  EXPECT_EQ(seen.families.size(), catalog().size());
}

TEST(MetricsRegistry, StartsEnumeratedSeriesAtZero) {
  registry r;
  auto seen = scrape(r);
  for (const char* result :
       {"ok", "resumed", "resume_failed", "qr_expired", "cancelled", "refused", "failed"})
    EXPECT_EQ(seen.value("weixin_logins_total", {{"result", result}}), 0) << result;
  EXPECT_EQ(seen.value("weixin_synccheck_total", {{"retcode", "1101"}, {"selector", "0"}}), 0);
  EXPECT_EQ(seen.value("weixin_media_transfers_total", {{"direction", "upload"}, {"result", "failed"}}), 0);
  EXPECT_EQ(seen.value("weixin_messages_set_aside_total"), 0);
  EXPECT_EQ(seen.value("weixin_messages_undecoded_total"), 0);
  for (const char* endpoint : {"webwxinit", "webwxgetcontact", "webwxbatchgetcontact"})
    EXPECT_EQ(seen.value("weixin_contacts_set_aside_total", {{"endpoint", endpoint}}), 0) << endpoint;
  EXPECT_EQ(seen.value("weixin_send_failures_by_reason_total", {{"reason", "timed_out"}}), 0);
  EXPECT_EQ(seen.value("weixin_send_failures_by_reason_total", {{"reason", "expired"}}), 0);
  EXPECT_EQ(seen.value("weixin_sync_failures_total", {{"kind", "network"}}), 0);
  EXPECT_EQ(seen.value("weixin_send_dropped_total", {{"reason", "queue_full"}}), 0);
  EXPECT_EQ(seen.value("weixin_accounts", {{"state", "online"}}), 0);
}

TEST(MetricsRegistry, CountsReturnCodesItDoesNotKnowAsOther) {
  registry r;
  r.synccheck_finished(4242, 99, 1s);
  r.synccheck_finished(-1, 1, 1s);
  r.synccheck_finished(0, 2, 1s);
  auto seen = scrape(r);
  EXPECT_EQ(seen.value("weixin_synccheck_total", {{"retcode", "other"}, {"selector", "other"}}), 2);
  EXPECT_EQ(seen.value("weixin_synccheck_total", {{"retcode", "0"}, {"selector", "2"}}), 1);
  EXPECT_EQ(seen.find("weixin_synccheck_total").size(), 42u);
}

TEST(MetricsRegistry, NeverLetsALabelValueFromOutsideThrough) {
  registry r;
  auto account = r.account("shop-01");
  std::vector<consumer_lag> lags;
  const std::string hostile = "evil\"}\n{marker-7f";
  for (const auto& value : {hostile, std::string{}, std::string(5000, 'x')}) {
    account->message_received(value);
    account->message_sent(value);
    account->send_failed(value);
    r.send_finished(value, 1s);
    r.bot_dispatched(value, bot_result::failed);
    r.bot_thought(value, 1ms);
    lags.push_back(r.lag_of(value));
    lags.back().set(1);
    r.upstream_finished(value, value, 1s);
    r.set_breaker(value, breaker_state::open);
    r.http_request_served(value, value, 99999, 1ms);
    r.notification_ended(value, notification_result::ok, 1s);
    r.set_notifications_waiting(value, 1, 1s);
    r.set_scheduler(value.size() + 1'000, {});
  }
  auto text = r.render();
  EXPECT_EQ(text.find("marker-7f"), std::string::npos);
  EXPECT_EQ(text.find("xxxxx"), std::string::npos);
  auto seen = parse_exposition(text);
  EXPECT_TRUE(seen.mistakes.empty());
  EXPECT_EQ(seen.value("weixin_messages_received_by_type_total", {{"type", "other"}}), 3);
  EXPECT_EQ(seen.value("weixin_send_duration_seconds_count", {{"type", "other"}}), 3);
  EXPECT_EQ(seen.value("weixin_bot_dispatch_total", {{"bot", "other"}, {"result", "failed"}}), 3);
  EXPECT_EQ(seen.value("weixin_upstream_requests_total", {{"endpoint", "other"}, {"result", "other"}}), 3);
  EXPECT_EQ(seen.value("weixin_breaker_state", {{"host", "other"}}), 2);
  EXPECT_EQ(seen.value("weixin_send_failures_by_reason_total", {{"reason", "other"}}), 3);
  EXPECT_EQ(seen.value("weixin_consumer_lag_events", {{"consumer", "other"}}), 3);
  EXPECT_EQ(seen.value("weixin_notifications_waiting", {{"target", "other"}}), 1);
  EXPECT_EQ(seen.find("weixin_scheduler_lag_seconds", {{"shard", "other"}}).size(), 1u);
  EXPECT_EQ(
      seen.value("weixin_http_requests_total", {{"route", "other"}, {"method", "other"}, {"code", "other"}}),
      3);
}

TEST(MetricsRegistry, UsesAValueOnceItWasAllowed) {
  registry r;
  EXPECT_TRUE(r.allow(checked_label::bot, "echo"));
  EXPECT_EQ(scrape(r).value("weixin_bot_dispatch_total", {{"bot", "echo"}, {"result", "failed"}}), 0);
  r.bot_dispatched("echo", bot_result::failed);
  EXPECT_EQ(scrape(r).value("weixin_bot_dispatch_total", {{"bot", "echo"}, {"result", "failed"}}), 1);
  EXPECT_TRUE(r.allow(checked_label::host, "wx.qq.com"));
  EXPECT_EQ(scrape(r).value("weixin_breaker_state", {{"host", "wx.qq.com"}}), 0);
  EXPECT_TRUE(r.allow(checked_label::notify_target, "ops"));
  EXPECT_EQ(scrape(r).value("weixin_notifications_total", {{"target", "ops"}, {"result", "dropped"}}), 0);
  EXPECT_EQ(scrape(r).value("weixin_notification_delivery_seconds_count", {{"target", "ops"}}), 0);
  EXPECT_EQ(scrape(r).value("weixin_bot_handler_duration_seconds_count", {{"bot", "echo"}}), 0);
  EXPECT_TRUE(r.allow(checked_label::route, "/v1/status"));
  r.http_request_served("/v1/status", "GET", 200, 1ms);
  EXPECT_EQ(scrape(r).value("weixin_http_requests_total",
                            {{"route", "/v1/status"}, {"method", "GET"}, {"code", "200"}}),
            1);
}

TEST(MetricsRegistry, BoundsEveryClosedSet) {
  registry r;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < 2 * max_label_values; ++i)
    if (r.allow(checked_label::bot, "bot-" + std::to_string(i))) ++taken;
  EXPECT_EQ(taken, max_label_values);
  EXPECT_TRUE(r.allow(checked_label::bot, "bot-0")) << "a value that is in the set stays allowed";
  EXPECT_FALSE(r.allow(checked_label::route, ""));
  EXPECT_FALSE(r.allow(checked_label::route, std::string(101, 'a')));
}

TEST(MetricsRegistry, CountsANegativeDurationAsZero) {
  registry r;
  r.event_lag(-3600s);
  auto seen = scrape(r);
  EXPECT_EQ(seen.value("weixin_event_lag_seconds_sum"), 0);
  EXPECT_EQ(seen.value("weixin_event_lag_seconds_count"), 1);
  EXPECT_EQ(seen.value("weixin_event_lag_seconds_bucket", {{"le", "0.01"}}), 1);
}

TEST(MetricsRegistry, PutsALongPollOf25SecondsIntoABucketOfItsOwn) {
  registry r;
  r.synccheck_finished(0, 0, 24500ms);
  auto seen = scrape(r);
  EXPECT_EQ(seen.value("weixin_synccheck_duration_seconds_bucket", {{"le", "24"}}), 0);
  EXPECT_EQ(seen.value("weixin_synccheck_duration_seconds_bucket", {{"le", "25"}}), 1);
}

TEST(MetricsRegistry, CountsTransfersAndTheirBytes) {
  registry r;
  r.media_finished(media_direction::download, media_result::ok, 1500);
  r.media_finished(media_direction::download, media_result::too_large, 500);
  auto seen = scrape(r);
  EXPECT_EQ(seen.value("weixin_media_transfers_total", {{"direction", "download"}, {"result", "too_large"}}),
            1);
  EXPECT_EQ(seen.value("weixin_media_bytes_total", {{"direction", "download"}}), 2000);
}

TEST(MetricsRegistry, TellsWhetherTheConfigurationWasTakenOver) {
  registry r{{"1.2.3", "abcdef", "g++ 12", wall_time{1700000000s}}};
  auto at_start = scrape(r);
  EXPECT_EQ(at_start.value("weixin_config_last_reload_successful"), 1);
  EXPECT_EQ(at_start.value("weixin_config_last_reload_success_timestamp_seconds"), 1700000000.0);
  EXPECT_EQ(at_start.value("weixin_config_reloads_total", {{"result", "ok"}}), 0);
  r.config_reloaded(false, wall_time{1700000100s});
  auto refused = scrape(r);
  EXPECT_EQ(refused.value("weixin_config_last_reload_successful"), 0);
  EXPECT_EQ(refused.value("weixin_config_last_reload_success_timestamp_seconds"), 1700000000.0);
  EXPECT_EQ(refused.value("weixin_config_reloads_total", {{"result", "rejected"}}), 1);
  r.config_reloaded(true, wall_time{1700000200s});
  auto taken = scrape(r);
  EXPECT_EQ(taken.value("weixin_config_last_reload_successful"), 1);
  EXPECT_EQ(taken.value("weixin_config_last_reload_success_timestamp_seconds"), 1700000200.0);
  EXPECT_EQ(taken.value("weixin_config_reloads_total", {{"result", "ok"}}), 1);
}

TEST(MetricsRegistry, SaysWhichBuildItIsAndSinceWhenItRuns) {
  registry r{{"1.2.3", "abcdef", "g++ 12", wall_time{1700000000s}}};
  auto seen = scrape(r);
  EXPECT_EQ(
      seen.value("weixin_build_info", {{"version", "1.2.3"}, {"revision", "abcdef"}, {"compiler", "g++ 12"}}),
      1);
  EXPECT_EQ(seen.value("weixin_start_time_seconds"), 1700000000.0);
}

TEST(MetricsLabels, ReadsBackEveryStateNameAndNoOther) {
  for (std::size_t i = 0; i < account_state_count; ++i) {
    auto state = static_cast<account_state>(i);
    EXPECT_EQ(parse_account_state(to_string(state)), state);
  }
  EXPECT_EQ(parse_account_state("asleep"), std::nullopt);
  EXPECT_EQ(parse_account_state(""), std::nullopt);
  EXPECT_EQ(to_string(static_cast<account_state>(99)), "other");
}

} // namespace
} // namespace weixin::metrics
