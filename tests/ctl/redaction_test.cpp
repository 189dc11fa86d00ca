#include "ctl/redaction.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace weixin::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

boost::json::object parsed(const char* text) { return boost::json::parse(text).as_object(); }

TEST(Report, ReplacesAnAccountsNameAndLeavesOutWhoItIs) {
  pseudonyms names{false};
  auto text = boost::json::serialize(report_account(parsed(R"({
    "name":"shop-lin","nickname":"Lin","bots":["sales"],"state":"held","reason":"kicked","queue":3,
    "proxy":"http://proxy.example.com:3128","proxy_error":"the proxy answers 502","of_a_newer_server":"who knows"})"),
                                                    names));
  EXPECT_THAT(text, HasSubstr(R"("name":"account-001")"));
  EXPECT_THAT(text, HasSubstr(R"("state":"held")"));
  EXPECT_THAT(text, HasSubstr(R"("bots":1)"));
  EXPECT_THAT(text, HasSubstr(R"("proxy":"fails")"));
  for (const char* secret : {"shop-lin", "Lin", "sales", "example.com", "who knows"})
    EXPECT_THAT(text, Not(HasSubstr(secret)));
}

TEST(Report, CallsAnAccountTheSameEverywhere) {
  pseudonyms names{false};
  EXPECT_EQ(names.of("account", "shop-02"), "account-001");
  EXPECT_EQ(names.of("account", "shop-01"), "account-002");
  EXPECT_EQ(names.of("account", "shop-02"), "account-001");
  EXPECT_EQ(report_metrics("weixin_account_state{account=\"shop-01\",state=\"online\"} 1\n"
                           "weixin_bot_dispatch_total{bot=\"sales\",result=\"answered\"} 4\n"
                           "weixin_accounts{state=\"online\"} 1\n",
                           names),
            "weixin_account_state{account=\"account-002\",state=\"online\"} 1\n"
            "weixin_bot_dispatch_total{bot=\"bot-001\",result=\"answered\"} 4\n"
            "weixin_accounts{state=\"online\"} 1\n");
  EXPECT_EQ(report_log("event=a account=shop-01 file=/data/shop-01.x\nevent=b account=shop-012\n", 10, names),
            "event=a account=account-002 file=/data/account-002.x\nevent=b account=shop-012");
}

TEST(Report, KnowsABotAlsoAsAConsumer) {
  pseudonyms names{false};
  EXPECT_EQ(report_metrics("weixin_bot_dispatch_total{bot=\"sales\",result=\"answered\"} 4\n"
                           "weixin_consumer_lag_events{consumer=\"sales\"} 0\n",
                           names),
            "weixin_bot_dispatch_total{bot=\"bot-001\",result=\"answered\"} 4\n"
            "weixin_consumer_lag_events{consumer=\"bot-001\"} 0\n");
}

TEST(Report, KeepsNamesWhenTheOperatorWantsThat) {
  pseudonyms names{true};
  EXPECT_EQ(names.of("account", "shop-01"), "shop-01");
  EXPECT_EQ(report_log("account=shop-01", 10, names), "account=shop-01");
}

TEST(Report, HasTheEndOfALog) {
  pseudonyms names{false};
  EXPECT_EQ(report_log("a\nb\nc\n", 2, names), "b\nc");
  EXPECT_EQ(report_log("a\nb\nc", 3, names), "a\nb\nc");
  EXPECT_EQ(report_log("a\nb\nc", 0, names), "");
  EXPECT_EQ(report_log("", 5, names), "");
  EXPECT_EQ(report_log("\n\n\n", 1, names), "");
}

TEST(Report, SurvivesMetricsThatAreNone) {
  pseudonyms names{false};
  EXPECT_EQ(report_metrics("{account=\"\nx{account=\"a\n", names), "{account=\"\nx{account=\"a\n");
  EXPECT_EQ(report_metrics("", names), "");
}

} // namespace
} // namespace weixin::ctl
