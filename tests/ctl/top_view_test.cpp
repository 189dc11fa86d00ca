#include "ctl/top_view.hpp"

#include <gtest/gtest.h>

namespace weixin::ctl {
namespace {

using namespace std::chrono_literals;

const auto noon = *parse_rfc3339("2026-01-31T12:00:00Z");

account in_state(const std::string& name, const std::string& state, std::chrono::minutes ago = 1min) {
  account a;
  a.name = name;
  a.state = state;
  a.state_since = noon - ago;
  return a;
}

fleet_sample sample_of(std::vector<account> accounts, std::chrono::seconds at = 0s) {
  return {std::move(accounts), noon, std::chrono::steady_clock::time_point{} + at};
}

std::vector<std::string> names_of(const fleet_sample& s) {
  std::vector<std::string> names;
  for (const auto& a : s.accounts)
    names.push_back(a.name);
  return names;
}

using order = std::vector<std::string>;

TEST(TopView, PutsFirstWhoNeedsAPersonAndThenWhoDoesNotWork) {
  auto s =
      sample_of({in_state("a", "online"), in_state("b", "stopped"), in_state("c", "degraded"),
                 in_state("d", "held"), in_state("e", "needs_login"), in_state("f", "of_a_newer_server")});
  sort_fleet(s, nullptr, fleet_order::trouble);
  EXPECT_EQ(names_of(s), (order{"d", "e", "c", "f", "a", "b"}));
}

TEST(TopView, PutsFirstWhoseTroubleLastsLongest) {
  auto s =
      sample_of({in_state("a", "held", 5min), in_state("b", "held", 50min), in_state("c", "held", 5min)});
  sort_fleet(s, nullptr, fleet_order::trouble);
  EXPECT_EQ(names_of(s), (order{"b", "a", "c"}));
}

TEST(TopView, TellsRatesBetweenTwoLooks) {
  auto before = sample_of({in_state("a", "online"), in_state("b", "online")});
  auto now = sample_of({in_state("a", "online"), in_state("b", "online"), in_state("c", "online")}, 2s);
  before.accounts[0].messages_in = 100;
  now.accounts[0].messages_in = 125;
  before.accounts[1].messages_out = 50; // its server started anew
  now.accounts[1].messages_out = 3;
  now.accounts[2].messages_in = 7'000;
  EXPECT_DOUBLE_EQ(rates_of(now.accounts[0], &before, now.taken_at).in, 12.5);
  EXPECT_DOUBLE_EQ(rates_of(now.accounts[1], &before, now.taken_at).out, 0);
  EXPECT_DOUBLE_EQ(rates_of(now.accounts[2], &before, now.taken_at).in, 0) << "nobody knows since when";
  EXPECT_EQ(fleet_summary(now, &before, false),
            "3 accounts: online 3\n12.5 messages/s in, 0.0 out; 0 queued\n");
  sort_fleet(now, &before, fleet_order::in);
  EXPECT_EQ(names_of(now), (order{"a", "b", "c"}));
}

TEST(TopView, TellsNoRatesAtTheFirstLook) {
  auto s = sample_of({in_state("a", "held", 5min)});
  s.accounts[0].queue = 4;
  s.accounts[0].reason = "kicked";
  EXPECT_EQ(fleet_summary(s, nullptr, false), "1 account: held 1\n4 queued\n");
  EXPECT_EQ(fleet_table(s, nullptr, 10).to_text(false),
            "NAME   STATE   SINCE   LAST-POLL   IN/S   OUT/S   QUEUE   RESTARTS   REASON\n"
            "a      held    5m      -              -       -       4          0   kicked\n");
}

TEST(TopView, SortsByWhatIsAskedFor) {
  auto s = sample_of({in_state("a", "online"), in_state("b", "online"), in_state("c", "online")});
  s.accounts[1].queue = 9;
  s.accounts[2].restarts = 3;
  sort_fleet(s, nullptr, fleet_order::queue);
  EXPECT_EQ(names_of(s), (order{"b", "a", "c"}));
  sort_fleet(s, nullptr, fleet_order::restarts);
  EXPECT_EQ(names_of(s), (order{"c", "a", "b"}));
  sort_fleet(s, nullptr, fleet_order::name);
  EXPECT_EQ(names_of(s), (order{"a", "b", "c"}));
  EXPECT_FALSE(parse_fleet_order("size"));
}

TEST(TopView, ShowsAsManyRowsAsAskedFor) {
  auto s = sample_of({in_state("a", "online"), in_state("b", "online"), in_state("c", "online")});
  auto text = fleet_table(s, nullptr, 2).to_text(false);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
}

TEST(TopView, IsEmptyWithoutAccounts) {
  auto s = sample_of({});
  sort_fleet(s, nullptr, fleet_order::trouble);
  EXPECT_EQ(fleet_summary(s, nullptr, false), "0 accounts\n0 queued\n");
}

} // namespace
} // namespace weixin::ctl
