#include "metrics/registry.hpp"
#include "tests/metrics/exposition.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

namespace weixin::metrics {
namespace {

using namespace std::chrono_literals;

exposition scrape(const registry& r) { return parse_exposition(r.render()); }

registry_options without_account_label() {
  registry_options options;
  options.series_of_accounts = account_series::off;
  return options;
}

TEST(AccountMetrics, HaveEverySeriesAtZeroFromTheStart) {
  registry r;
  auto shop = r.account("shop-01");
  auto seen = scrape(r).with_label("account", "shop-01");
  ASSERT_FALSE(seen.empty());
  for (const auto& s : seen) {
    bool is_stopped = s.name == "weixin_account_state" && s.labels.at("state") == "stopped";
    EXPECT_EQ(s.value, is_stopped ? 1 : 0) << s.name;
  }
}

TEST(AccountMetrics, StayWithinTheBudgetOf25SeriesWhateverHappens) {
  registry r;
  auto shop = r.account("shop-01");
  for (std::size_t i = 0; i < account_state_count; ++i)
    shop->set_state(static_cast<account_state>(i));
  for (std::size_t i = 0; i < logout_reason_count; ++i)
    shop->logged_out(static_cast<logout_reason>(i));
  for (std::size_t i = 0; i < restart_reason_count; ++i)
    shop->actor_restarted(static_cast<restart_reason>(i));
  for (const char* type : {"text", "image", "nonsense"}) {
    shop->message_received(type);
    shop->message_sent(type);
  }
  shop->send_failed("timed_out");
  shop->set_send_queue_length(3);
  EXPECT_LE(scrape(r).with_label("account", "shop-01").size(), 25u);
}

TEST(AccountMetrics, StayWithinTheBudgetForAThousandAccounts) {
  registry r;
  auto empty = scrape(r).all.size();
  std::vector<std::shared_ptr<account_metrics>> accounts;
  for (int i = 0; i < 1000; ++i)
    accounts.push_back(r.account("shop-" + std::to_string(i)));
  EXPECT_LE(scrape(r).all.size(), empty + 25u * 1000u);
}

TEST(AccountMetrics, DisappearWithTheAccount) {
  registry r;
  auto kept = r.account("shop-01");
  auto removed = r.account("shop-02");
  removed->message_received("text");
  removed.reset();
  auto seen = scrape(r);
  EXPECT_TRUE(seen.with_label("account", "shop-02").empty());
  EXPECT_FALSE(seen.with_label("account", "shop-01").empty());
  EXPECT_EQ(seen.value("weixin_accounts", {{"state", "stopped"}}), 1);
  auto again = r.account("shop-02");
  EXPECT_EQ(scrape(r).value("weixin_messages_received_total", {{"account", "shop-02"}}), 0);
}

TEST(AccountMetrics, AreSharedByAllOwnersOfOneName) {
  registry r;
  auto first = r.account("shop-01");
  auto second = r.account("shop-01");
  EXPECT_EQ(first, second);
  first.reset();
  second->message_sent("text");
  EXPECT_EQ(scrape(r).value("weixin_messages_sent_total", {{"account", "shop-01"}}), 1);
}

TEST(AccountMetrics, MayOutliveTheRegistry) {
  std::shared_ptr<account_metrics> shop;
  {
    registry r;
    shop = r.account("shop-01");
  }
  shop->set_state(account_state::online);
  shop->message_received("text");
  EXPECT_EQ(shop->name(), "shop-01");
}

TEST(AccountMetrics, ShowExactlyOneState) {
  registry r;
  auto shop = r.account("shop-01");
  shop->set_state(account_state::starting);
  shop->set_state(account_state::online);
  shop->set_state(account_state::online);
  auto seen = scrape(r);
  double sum = 0;
  for (const auto& s : seen.find("weixin_account_state", {{"account", "shop-01"}}))
    sum += s.value;
  EXPECT_EQ(sum, 1);
  EXPECT_EQ(seen.value("weixin_account_state", {{"account", "shop-01"}, {"state", "online"}}), 1);
  EXPECT_EQ(seen.value("weixin_accounts", {{"state", "online"}}), 1);
  EXPECT_EQ(seen.value("weixin_accounts", {{"state", "stopped"}}), 0);
  EXPECT_EQ(seen.value("weixin_account_state_changes_total", {{"to", "online"}}), 1);
  EXPECT_EQ(seen.value("weixin_account_state_changes_total", {{"to", "starting"}}), 1);
}

TEST(AccountMetrics, CountWhatTheyAreTold) {
  registry r;
  auto shop = r.account("shop-01");
  shop->message_received("text");
  shop->message_received("image");
  shop->message_sent("text");
  shop->send_failed("timed_out");
  shop->logged_out(logout_reason::cookie_invalid);
  shop->actor_restarted(restart_reason::heartbeat);
  shop->set_send_queue_length(7);
  shop->set_last_sync(wall_time{1700000000s});
  shop->set_last_event(wall_time{1700000001500ms});
  shop->set_session_start(wall_time{1600000000s});
  auto seen = scrape(r);
  const std::map<std::string, std::string> shop_01{{"account", "shop-01"}};
  EXPECT_EQ(seen.value("weixin_messages_received_total", shop_01), 2);
  EXPECT_EQ(seen.value("weixin_messages_sent_total", shop_01), 1);
  EXPECT_EQ(seen.value("weixin_send_failures_total", shop_01), 1);
  EXPECT_EQ(seen.value("weixin_send_failures_by_reason_total", {{"reason", "timed_out"}}), 1);
  EXPECT_EQ(seen.value("weixin_logouts_total", {{"account", "shop-01"}, {"reason", "1102"}}), 1);
  EXPECT_EQ(seen.value("weixin_actor_restarts_total", {{"account", "shop-01"}, {"reason", "heartbeat"}}), 1);
  EXPECT_EQ(seen.value("weixin_send_queue_length", shop_01), 7);
  EXPECT_EQ(seen.value("weixin_account_last_sync_timestamp_seconds", shop_01), 1700000000.0);
  EXPECT_EQ(seen.value("weixin_account_last_event_timestamp_seconds", shop_01), 1700000001.5);
  EXPECT_EQ(seen.value("weixin_account_session_start_timestamp_seconds", shop_01), 1600000000.0);
  EXPECT_EQ(seen.value("weixin_messages_received_by_type_total", {{"type", "image"}}), 1);
  EXPECT_EQ(seen.value("weixin_messages_sent_by_type_total", {{"type", "text"}}), 1);
}

TEST(AccountMetrics, IgnoreAStateOutsideTheEnumeration) {
  registry r;
  auto shop = r.account("shop-01");
  shop->set_state(static_cast<account_state>(200));
  shop->logged_out(static_cast<logout_reason>(200));
  shop->actor_restarted(static_cast<restart_reason>(200));
  auto seen = scrape(r);
  EXPECT_EQ(seen.value("weixin_accounts", {{"state", "stopped"}}), 1);
  EXPECT_TRUE(seen.mistakes.empty());
}

TEST(AccountMetrics, AreSummedWithoutNamesWhenTheAccountLabelIsOff) {
  registry r{without_account_label()};
  auto one = r.account("shop-01");
  auto two = r.account("shop-02");
  one->message_received("text");
  two->message_received("text");
  one->set_send_queue_length(2);
  two->set_send_queue_length(3);
  one->logged_out(logout_reason::user);
  auto seen = scrape(r);
  EXPECT_TRUE(seen.with_label("account", "shop-01").empty());
  EXPECT_EQ(seen.value("weixin_messages_received_total"), 2);
  EXPECT_EQ(seen.value("weixin_send_queue_length"), 5);
  EXPECT_EQ(seen.value("weixin_logouts_total", {{"reason", "user"}}), 1);
  EXPECT_EQ(seen.value("weixin_accounts", {{"state", "stopped"}}), 2);
  EXPECT_TRUE(seen.mistakes.empty());
}

struct a_fleet {
  explicit a_fleet(account_series series)
      : r{[series] {
          registry_options options;
          options.series_of_accounts = series;
          return options;
        }()} {}
  void grow_to(std::size_t count) {
    while (accounts.size() > count)
      accounts.pop_back();
    while (accounts.size() < count)
      accounts.push_back(r.account("shop-" + std::to_string(accounts.size())));
  }
  /// How many accounts have series of their own at this scrape, which must agree with what it says of itself.
  std::size_t named() {
    auto seen = scrape(r);
    auto count = seen.find("weixin_send_queue_length").size();
    bool summed = count == 1 && seen.find("weixin_send_queue_length")[0].labels.empty();
    EXPECT_EQ(seen.value("weixin_account_series_exported"), summed ? 0 : 1);
    return summed ? 0 : count;
  }

  registry r;
  std::vector<std::shared_ptr<account_metrics>> accounts;
};

TEST(AccountSeries, AreThereForUpToAThousandAccountsUnlessSaidOtherwise) {
  EXPECT_EQ(registry_options{}.series_of_accounts, account_series::automatic);
  a_fleet fleet{account_series::automatic};
  for (auto [accounts, named] : {std::pair{999U, 999U}, {1000U, 1000U}, {1001U, 0U}, {1000U, 1000U}}) {
    fleet.grow_to(accounts);
    EXPECT_EQ(fleet.named(), named) << accounts;
  }
}

TEST(AccountSeries, AreThereForEveryFleetWhenThatIsWanted) {
  a_fleet fleet{account_series::full};
  fleet.grow_to(1001);
  EXPECT_EQ(fleet.named(), 1001U);
}

TEST(AccountSeries, AreThereForNoFleetWhenTheyAreOff) {
  a_fleet fleet{account_series::off};
  fleet.grow_to(1);
  EXPECT_EQ(fleet.named(), 0U);
}

TEST(AccountSeries, TellAChangeOnce) {
  a_fleet fleet{account_series::automatic};
  fleet.grow_to(1001);
  EXPECT_EQ(fleet.r.take_account_series_change(), std::nullopt) << "nobody has scraped";
  fleet.named();
  EXPECT_EQ(fleet.r.take_account_series_change(), false);
  fleet.named();
  EXPECT_EQ(fleet.r.take_account_series_change(), std::nullopt);
  fleet.grow_to(1000);
  fleet.named();
  EXPECT_EQ(fleet.r.take_account_series_change(), true);
  a_fleet without{account_series::off};
  without.named();
  EXPECT_EQ(without.r.take_account_series_change(), std::nullopt);
}

TEST(AccountMetrics, NeverLetASumFallWhenAnAccountGoes) {
  registry r{without_account_label()};
  auto one = r.account("shop-01");
  one->message_sent("text");
  one->set_send_queue_length(4);
  one.reset();
  EXPECT_EQ(scrape(r).value("weixin_messages_sent_total"), 1);
  EXPECT_EQ(scrape(r).value("weixin_send_queue_length"), 0);
}

TEST(AccountMetrics, ComeAndGoWhileTheyAreScraped) {
  registry r;
  std::atomic<bool> done{false};
  std::thread scraper{[&] {
    while (!done)
      EXPECT_TRUE(scrape(r).mistakes.empty());
  }};
  std::vector<std::thread> owners;
  for (int t = 0; t < 3; ++t)
    owners.emplace_back([&r] {
      for (int i = 0; i < 300; ++i) {
        auto shop = r.account("shop-" + std::to_string(i % 5));
        shop->set_state(account_state::online);
        shop->message_received("text");
      }
    });
  for (auto& owner : owners)
    owner.join();
  done = true;
  scraper.join();
  auto seen = scrape(r);
  EXPECT_EQ(seen.value("weixin_messages_received_by_type_total", {{"type", "text"}}), 900);
  EXPECT_TRUE(seen.find("weixin_account_state").empty());
}

} // namespace
} // namespace weixin::metrics
