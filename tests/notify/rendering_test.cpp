#include "notify/delivery.hpp"
#include "notify/rendering.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace weixin::notify {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

const qr_lookup no_qr = [](const std::string&) { return std::optional<std::string>{}; };
const qr_lookup some_qr = [](const std::string& account) { return std::optional{"https://qr/" + account}; };
const std::set<kind> all_kinds{selectable_kinds.begin(), selectable_kinds.end()};
constexpr wall_time since{1'767'225'600s};

notification needs_scan() {
  notification n;
  n.what = kind::needs_scan;
  n.account = "shop-01";
  n.state = "awaiting_scan";
  n.reason = "1101";
  n.since = since;
  n.at = since + 10s;
  return n;
}

notification back_online() {
  auto n = needs_scan();
  n.what = kind::back_online;
  n.state = "online";
  n.ends = {kind::needs_scan, since};
  n.at = since + 60s;
  return n;
}

boost::json::array alerts_of(const std::vector<notification>& all, const std::set<kind>& wanted = all_kinds,
                             const qr_lookup& qr = no_qr) {
  auto text = to_alerts(all, wanted, since + 20s, qr);
  return text.empty() ? boost::json::array{} : boost::json::parse(text).as_array();
}

TEST(NotificationJson, HasWhatAReceiverNeeds) {
  EXPECT_EQ(
      to_json(needs_scan(), "n-1", no_qr),
      R"({"id":"n-1","event":"needs_scan","account":"shop-01","state":"awaiting_scan","reason":"1101",)"
      R"("severity":"warning","summary":"shop-01 needs a scan",)"
      R"("description":"Its session ended. Scan the new QR code: weixinctl account qr shop-01","count":1,)"
      R"("since":"2026-01-01T00:00:00.000Z","at":"2026-01-01T00:00:10.000Z"})");
}

TEST(NotificationJson, HasTheLinkOnlyOfACodeThatIsToBeScanned) {
  EXPECT_THAT(to_json(needs_scan(), "n-1", some_qr), HasSubstr(R"("qr":{"url":"https://qr/shop-01"})"));
  EXPECT_THAT(to_json(back_online(), "n-1", some_qr), Not(HasSubstr("https://qr/")));
}

TEST(NotificationJson, SaysHowOftenItHappened) {
  auto n = needs_scan();
  n.count = 3;
  auto text = to_json(n, "n-1", no_qr);
  EXPECT_THAT(text, HasSubstr(R"("count":3)"));
  EXPECT_THAT(text, HasSubstr("(3 times since it was told last)"));
}

TEST(NotificationJson, CountsTheFleet) {
  notification n;
  n.what = kind::fleet_down;
  n.running = 20;
  n.not_online = 7;
  auto text = to_json(n, "n-1", no_qr);
  EXPECT_THAT(text, HasSubstr(R"("account":null)"));
  EXPECT_THAT(text, HasSubstr(R"("severity":"critical","summary":"7 of 20 accounts are not online")"));
  EXPECT_THAT(text, HasSubstr(R"("fleet":{"running":20,"not_online":7})"));
}

TEST(NotificationJson, HasWordsForEveryKind) {
  for (auto k : selectable_kinds) {
    auto n = needs_scan();
    n.what = k;
    EXPECT_FALSE(summary_of(n).empty()) << to_string(k);
    EXPECT_FALSE(description_of(n).empty()) << to_string(k);
    EXPECT_EQ(parse_kind(to_string(k)), k);
  }
  EXPECT_EQ(parse_kind("withdrawn"), std::nullopt);
  EXPECT_EQ(parse_kind(""), std::nullopt);
}

TEST(Alerts, FireUntilTheyAreToldAgain) {
  auto alerts = alerts_of({needs_scan()});
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(boost::json::serialize(alerts[0]),
            R"({"labels":{"alertname":"WeixinAccountNeedsScan","severity":"warning","account":"shop-01"},)"
            R"("annotations":{"summary":"shop-01 needs a scan",)"
            R"("description":"Its session ended. Scan the new QR code: weixinctl account qr shop-01"},)"
            R"("startsAt":"2026-01-01T00:00:00.000Z","endsAt":"2026-01-01T00:15:20.000Z"})");
}

TEST(Alerts, EndWithTheLabelsTheyBeganWith) {
  auto first = alerts_of({needs_scan()})[0].as_object();
  auto alerts = alerts_of({back_online()});
  ASSERT_EQ(alerts.size(), 1U) << "that it is back is no alert of its own";
  auto last = alerts[0].as_object();
  EXPECT_EQ(last["labels"], first["labels"]);
  EXPECT_EQ(last["startsAt"], first["startsAt"]);
  EXPECT_EQ(last["endsAt"], "2026-01-01T00:01:00.000Z");
}

TEST(Alerts, AreOnlyThoseThatAreWanted) {
  EXPECT_TRUE(alerts_of({needs_scan()}, {kind::held}).empty());
  EXPECT_TRUE(alerts_of({back_online()}, {kind::held, kind::back_online}).empty());
  EXPECT_EQ(alerts_of({back_online()}, {kind::needs_scan}).size(), 1U);
}

TEST(Alerts, HaveTheLinkWhereItIsAllowed) {
  EXPECT_THAT(to_alerts({needs_scan()}, all_kinds, since, some_qr),
              HasSubstr(R"("qr_url":"https://qr/shop-01")"));
  EXPECT_THAT(to_alerts({needs_scan()}, all_kinds, since, no_qr), Not(HasSubstr("qr_url")));
}

TEST(Targets, GetWhatTheyChose) {
  target_settings web;
  web.events = {kind::held, kind::needs_scan};
  EXPECT_TRUE(wants(web, needs_scan()));
  EXPECT_FALSE(wants(web, back_online()));
  target_settings alerts = web;
  alerts.type = target_type::alertmanager;
  EXPECT_TRUE(wants(alerts, needs_scan()));
  EXPECT_TRUE(wants(alerts, back_online())) << "an alert that began must end";
  auto withdrawn = back_online();
  withdrawn.what = kind::withdrawn;
  EXPECT_FALSE(wants(web, withdrawn));
  EXPECT_TRUE(wants(alerts, withdrawn));
  EXPECT_TRUE(wants(web, notification{})) << "a test";
}

} // namespace
} // namespace weixin::notify
