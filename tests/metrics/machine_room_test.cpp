// Shards, actors, network, store and listeners, as they are exported.
#include "metrics/registry.hpp"
#include "tests/metrics/exposition.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace weixin::metrics {
namespace {

using namespace std::chrono_literals;

constexpr const char* endpoints_of_a_busy_server[] = {
    "jslogin",         "login",        "synccheck",         "webwxnewloginpage", "webwxpushloginurl",
    "webwxinit",       "webwxsync",    "webwxstatusnotify", "webwxgetcontact",   "webwxbatchgetcontact",
    "webwxlogout",     "webwxsendmsg", "webwxsendmsgimg",   "webwxuploadmedia",  "webwxgetmsgimg",
    "webwxcheckupload"};

exposition scrape(const registry& r) { return parse_exposition(r.render()); }

TEST(MachineRoom, KeepsShardsApart) {
  registry r;
  scheduler_sample first, second;
  first.lag = 2ms;
  second.lag = 5ms;
  second.queue_length = 9;
  second.utilization = 0.5;
  r.set_scheduler(0, first);
  r.set_scheduler(1, second);
  r.set_scheduler(99'999, first);
  auto seen = scrape(r);
  EXPECT_DOUBLE_EQ(seen.value("weixin_scheduler_lag_seconds", {{"shard", "1"}}), 0.005);
  EXPECT_EQ(seen.value("weixin_scheduler_queue_length", {{"shard", "1"}}), 9);
  EXPECT_EQ(seen.value("weixin_scheduler_utilization_ratio", {{"shard", "1"}}), 0.5);
  EXPECT_EQ(seen.value("weixin_scheduler_lag_seconds", {{"shard", "other"}}), 0.002);
}

TEST(MachineRoom, ExportsAHistogramThatOneThreadFillsAsAnyOther) {
  single_writer_histogram turns{metric::scheduler_run_duration};
  for (auto took : {5us, 10us, 50us, 2'000us, 60'000'000us})
    turns.observe(took);
  turns.observe(-1s);
  scheduler_sample sample;
  sample.run = turns.values();
  registry r;
  r.set_scheduler(0, sample);
  auto seen = scrape(r);
  auto below = [&](const char* bound) {
    return seen.value("weixin_scheduler_run_seconds_bucket", {{"shard", "0"}, {"le", bound}});
  };
  EXPECT_EQ(below("1e-05"), 3) << "a bound belongs to its bucket, and a clock that went back counts as 0";
  EXPECT_EQ(below("0.0001"), 4);
  EXPECT_EQ(below("0.001"), 4);
  EXPECT_EQ(below("0.005"), 5);
  EXPECT_EQ(below("5"), 5);
  EXPECT_EQ(below("+Inf"), 6);
  EXPECT_EQ(seen.value("weixin_scheduler_run_seconds_count", {{"shard", "0"}}), 6);
  EXPECT_NEAR(seen.value("weixin_scheduler_run_seconds_sum", {{"shard", "0"}}), 60.002065, 1e-9);
  EXPECT_EQ(seen.value("weixin_scheduler_queue_wait_seconds_count", {{"shard", "0"}}), 0);
  EXPECT_TRUE(seen.mistakes.empty());
}

TEST(MachineRoom, HasRoomForTheBucketsOfItsHistograms) {
  for (auto id : {metric::scheduler_run_duration, metric::scheduler_queue_wait})
    EXPECT_LE(describe(id).buckets.size(), single_writer_histogram::max_buckets);
}

TEST(MachineRoom, AddsTheLagOfABotOverAllAccounts) {
  registry r;
  r.allow(checked_label::bot, "echo");
  auto lag = [&] { return scrape(r).value("weixin_consumer_lag_events", {{"consumer", "echo"}}); };
  EXPECT_EQ(lag(), 0) << "from the start on";
  auto one = r.lag_of("echo");
  one.set(3);
  one.set(2);
  {
    auto two = r.lag_of("echo");
    two.set(5);
    EXPECT_EQ(lag(), 7);
    auto moved = std::move(two);
    EXPECT_EQ(lag(), 7);
  }
  EXPECT_EQ(lag(), 2) << "the share of an account goes with it";
  one = r.lag_of("echo");
  EXPECT_EQ(lag(), 0);
}

TEST(MachineRoom, KeepsTheLagRightWhateverThreadsDo) {
  registry r;
  r.allow(checked_label::bot, "echo");
  std::vector<std::thread> accounts;
  for (int t = 0; t < 4; ++t)
    accounts.emplace_back([&r] {
      auto lag = r.lag_of("echo");
      for (std::size_t i = 0; i < 10'000; ++i)
        lag.set(i % 7);
    });
  for (auto& a : accounts)
    a.join();
  EXPECT_EQ(scrape(r).value("weixin_consumer_lag_events", {{"consumer", "echo"}}), 0);
}

TEST(MachineRoom, CountsAFailureOfAnActorByItsKind) {
  registry r;
  r.actor_failed(actor_kind::sync_poller);
  r.actor_failed(static_cast<actor_kind>(200));
  r.actor_gave_up(actor_kind::sender);
  r.set_actors(actor_kind::sender, {100, 7, 4});
  auto seen = scrape(r);
  EXPECT_EQ(seen.value("weixin_actor_failures_total", {{"kind", "sync_poller"}}), 1);
  EXPECT_EQ(seen.value("weixin_actor_failures_total", {{"kind", "login"}}), 0);
  EXPECT_EQ(seen.value("weixin_actor_giveups_total", {{"kind", "sender"}}), 1);
  EXPECT_EQ(seen.value("weixin_actors", {{"kind", "sender"}}), 100);
  EXPECT_EQ(seen.value("weixin_mailbox_length", {{"kind", "sender"}}), 7);
  EXPECT_EQ(seen.value("weixin_mailbox_max_length", {{"kind", "sender"}}), 4);
}

TEST(MachineRoom, KnowsEveryKindOfActorByItsName) {
  for (std::size_t i = 0; i < actor_kind_count; ++i) {
    auto kind = static_cast<actor_kind>(i);
    EXPECT_EQ(actor_kind_of(to_string(kind)), kind);
  }
  EXPECT_EQ(actor_kind_of("user.scheduled-actor"), actor_kind::other);
}

TEST(MachineRoom, TimesNoLookupThatWasAnsweredFromTheCache) {
  registry r;
  r.host_looked_up(lookup_result::ok, 20ms);
  r.host_looked_up(lookup_result::cached, 0s);
  r.host_looked_up(lookup_result::failed, 5s);
  auto seen = scrape(r);
  EXPECT_EQ(seen.value("weixin_dns_lookups_total", {{"result", "cached"}}), 1);
  EXPECT_EQ(seen.value("weixin_dns_lookup_duration_seconds_count"), 2);
  EXPECT_EQ(seen.value("weixin_dns_lookup_duration_seconds_bucket", {{"le", "0.025"}}), 1);
}

TEST(MachineRoom, TellsFullHandshakesFromResumedOnes) {
  registry r;
  r.tls_handshake_ended(tls_result::full, 200ms);
  r.tls_handshake_ended(tls_result::resumed, 20ms);
  auto seen = scrape(r);
  EXPECT_EQ(seen.value("weixin_tls_handshakes_total", {{"result", "full"}}), 1);
  EXPECT_EQ(seen.value("weixin_tls_handshake_duration_seconds_sum", {{"result", "resumed"}}), 0.02);
  EXPECT_EQ(seen.value("weixin_tls_handshakes_total", {{"result", "failed"}}), 0);
}

TEST(MachineRoom, TimesTheDeliveryOfWhatWasDelivered) {
  registry r;
  r.allow(checked_label::notify_target, "ops");
  r.notification_ended("ops", notification_result::ok, 3s);
  r.notification_ended("ops", notification_result::dropped, 900s);
  r.set_notifications_waiting("ops", 4, 20s);
  auto seen = scrape(r);
  EXPECT_EQ(seen.value("weixin_notification_delivery_seconds_count", {{"target", "ops"}}), 1);
  EXPECT_EQ(seen.value("weixin_notification_delivery_seconds_sum", {{"target", "ops"}}), 3);
  EXPECT_EQ(seen.value("weixin_notifications_waiting", {{"target", "ops"}}), 4);
  EXPECT_EQ(seen.value("weixin_notification_oldest_waiting_seconds", {{"target", "ops"}}), 20);
}

TEST(MachineRoom, CountsCallsAndTransactionsOfTheStore) {
  registry r;
  r.store_transaction(store_access::writes, 24, 5ms);
  r.store_transaction(store_access::reads, 1, 100us);
  auto seen = scrape(r);
  EXPECT_EQ(seen.value("weixin_store_calls_total", {{"access", "writes"}}), 24);
  EXPECT_EQ(seen.value("weixin_store_transaction_duration_seconds_count", {{"access", "writes"}}), 1);
  EXPECT_EQ(seen.value("weixin_store_calls_total", {{"access", "reads"}}), 1);
}

TEST(MachineRoom, NeverLetsTheCountOfUnreadableRowsFall) {
  registry r;
  auto shown = [&](std::uint64_t rows) {
    store_sample s;
    s.unreadable_rows = rows;
    r.set_store(s);
    return scrape(r).value("weixin_store_unreadable_rows_total");
  };
  EXPECT_EQ(shown(2), 2);
  EXPECT_EQ(shown(2), 2);
  EXPECT_EQ(shown(5), 5);
  EXPECT_EQ(shown(0), 5);
}

TEST(MachineRoom, SaysWhenTheStoreTakesNothing) {
  registry r;
  r.set_store({12, false, 0, 4'096, 512, 1'000, 9'000});
  auto seen = scrape(r);
  EXPECT_EQ(seen.value("weixin_store_accepting"), 0);
  EXPECT_EQ(seen.value("weixin_store_queue_length"), 12);
  EXPECT_EQ(seen.value("weixin_database_bytes"), 4'096);
  EXPECT_EQ(seen.value("weixin_database_log_bytes"), 512);
  EXPECT_EQ(seen.value("weixin_disk_free_bytes"), 1'000);
  EXPECT_EQ(seen.value("weixin_disk_size_bytes"), 9'000);
}

/// What does not grow with the accounts, on a large server: everything that a label may be is there.
TEST(MachineRoom, KeepsToTheBudgetOfWhatHasNoAccount) {
  registry r;
  for (int i = 0; i < 60; ++i) {
    auto route = "/v1/route/" + std::to_string(i);
    r.allow(checked_label::route, route);
    r.http_request_served(route, "GET", 200, 1ms);
    r.http_request_served(route, "POST", 422, 1ms);
  }
  for (int i = 0; i < 8; ++i) {
    auto name = "name-" + std::to_string(i);
    r.allow(checked_label::bot, name);
    r.bot_thought(name, 1ms);
    r.allow(checked_label::notify_target, name);
    r.notification_ended(name, notification_result::ok, 1s);
    r.set_notifications_waiting(name, 0, 0s);
    r.set_scheduler(static_cast<std::size_t>(i), {});
    r.allow(checked_label::host, name);
  }
  for (int i = 0; i < 16; ++i)
    for (const char* result : {"ok", "timed_out", "connection_lost", "http_5xx", "cancelled", "breaker_open"})
      r.upstream_finished(endpoints_of_a_busy_server[static_cast<std::size_t>(i)], result, 1s);
  auto account = r.account("shop-01");
  for (const char* type : {"text", "image", "voice", "video", "file", "link", "system", "quote"}) {
    account->message_received(type);
    account->message_sent(type);
    account->send_failed(type);
  }
  EXPECT_LE(scrape(r).all.size(), 25U + 3'000U);
}

} // namespace
} // namespace weixin::metrics
