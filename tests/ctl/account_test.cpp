#include "ctl/account.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace weixin::ctl {
namespace {

account shop() {
  return read_account(boost::json::parse(R"({"name":"shop-01","kind":"webwx","state":"online",
    "state_since":"2026-01-31T08:00:00.000Z","reason":null,"retry_at":null,"desired":"running","nickname":"小店",
    "bots":["echo","greeter"],"login":"web","proxy":null,"proxy_error":null,"last_poll_at":"2026-01-31T09:59:50.000Z",
    "last_event_at":"2026-01-31T09:00:00.000Z","last_send_at":null,"messages_in":12,"messages_out":3,"queue":1,
    "restarts":0})")
                          .get_object());
}

const auto now = parse_rfc3339("2026-01-31T10:00:00Z");

TEST(AccountTable, HasTheFixedColumns) {
  EXPECT_EQ(account_table({shop()}, now, false).to_text(false),
            "NAME      STATE    NICKNAME   SINCE   LAST-POLL   IN   OUT   QUEUE   RESTARTS\n"
            "shop-01   online   小店       2h      10s         12     3       1          0\n");
}

TEST(AccountTable, HasMoreColumnsWhenWide) {
  auto a = shop();
  a.state = "cooling_off";
  a.reason = "crashed too often";
  a.retry_at = parse_rfc3339("2026-01-31T10:05:00Z");
  auto text = account_table({a}, now, true).to_text(false);
  EXPECT_NE(text.find("KIND    DESIRED   BOTS           RETRY-AT               REASON\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("webwx   running   echo,greeter   2026-01-31T10:05:00Z   crashed too often\n"),
            std::string::npos)
      << text;
}

TEST(AccountTable, ShowsPointsInTimeWhenTheServersClockIsUnknown) {
  auto text = account_table({shop()}, std::nullopt, false).to_text(false);
  EXPECT_NE(text.find("2026-01-31T08:00:00Z"), std::string::npos);
}

TEST(AccountTable, SurvivesAnAccountWithoutAnyMember) {
  EXPECT_EQ(account_table({read_account({})}, now, false).to_text(false),
            "NAME   STATE   NICKNAME   SINCE   LAST-POLL   IN   OUT   QUEUE   RESTARTS\n"
            "-      -       -          -       -            0     0       0          0\n");
}

TEST(AccountDetails, TellWhatWaitsForItsPaceAndWhy) {
  auto a = read_account(boost::json::parse(R"({"name":"shop-01","media":"all","pacing":{
    "text":{"waiting":2,"next_at":"2026-01-31T10:00:02.300Z","reason":"spacing"},
    "media":{"waiting":0,"next_at":null,"reason":null},
    "friends":{"waiting":1,"next_at":null,"reason":null}}})")
                            .get_object());
  auto text = account_details(a, now, false);
  EXPECT_NE(text.find("Waiting:    2 text, next at 2026-01-31T10:00:02Z (spacing)\n"
                      "Waiting:    1 friends\n"
                      "Media:      all\n"),
            std::string::npos)
      << text;
}

TEST(AccountDetails, TellEverything) {
  EXPECT_EQ(account_details(shop(), now, false), "Name:       shop-01\n"
                                                 "Kind:       webwx\n"
                                                 "State:      online\n"
                                                 "Since:      2026-01-31T08:00:00Z (2h ago)\n"
                                                 "Reason:     -\n"
                                                 "Desired:    running\n"
                                                 "Nickname:   小店\n"
                                                 "Bots:       echo,greeter\n"
                                                 "Login as:   web\n"
                                                 "Proxy:      none\n"
                                                 "Last poll:  2026-01-31T09:59:50Z (10s ago)\n"
                                                 "Last event: 2026-01-31T09:00:00Z (60m ago)\n"
                                                 "Last send:  -\n"
                                                 "Messages:   12 in, 3 out, 1 queued\n"
                                                 "Media:      -\n"
                                                 "Restarts:   0\n");
}

TEST(AccountAdvice, NamesTheCommandThatHelps) {
  auto a = shop();
  auto says = [&](std::string state, std::string reason) {
    a.state = std::move(state);
    a.reason = std::move(reason);
    return advice_for(a);
  };
  for (const char* reason : {"kicked", "barred", "different_user", "duplicate_user", "something new"})
    EXPECT_NE(says("held", reason).find("weixinctl account relogin shop-01"), std::string::npos) << reason;
  EXPECT_NE(says("needs_login", "").find("weixinctl account relogin shop-01"), std::string::npos);
  EXPECT_NE(says("cooling_off", "").find("weixinctl account restart shop-01"), std::string::npos);
  EXPECT_EQ(says("online", ""), "");
  a.desired = "paused";
  EXPECT_NE(says("stopped", "").find("weixinctl account resume shop-01"), std::string::npos);
}

TEST(AccountStates, HaveTheColourOfTheirNews) {
  EXPECT_EQ(tone_of("online"), tone::good);
  for (const char* state : {"starting", "awaiting_scan", "awaiting_confirm", "degraded", "throttled"})
    EXPECT_EQ(tone_of(state), tone::waiting) << state;
  for (const char* state : {"cooling_off", "needs_login", "held"})
    EXPECT_EQ(tone_of(state), tone::bad) << state;
  EXPECT_EQ(tone_of("stopped"), tone::quiet);
}

} // namespace
} // namespace weixin::ctl
