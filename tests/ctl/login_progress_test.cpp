#include "ctl/login_progress.hpp"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

namespace weixin::ctl {
namespace {

using strings = std::vector<std::string>;

account in(std::string state, std::string reason = {}) {
  account a;
  a.name = "shop-01";
  a.state = std::move(state);
  a.reason = std::move(reason);
  a.desired = "running";
  return a;
}

waiting_code code(std::string uuid, std::uint64_t attempt) {
  return {uuid, "https://login.example/l/" + uuid, attempt};
}

TEST(LoginProgress, TellsAWholeLogin) {
  login_progress p;
  EXPECT_EQ(p.look(in("starting"), {}).messages, strings{"starting, asking for a QR code"});
  auto scan = p.look(in("awaiting_scan"), code("A", 1));
  EXPECT_EQ(scan.messages, strings{"scan this code with Weixin on the account's phone:"});
  ASSERT_TRUE(scan.draw);
  EXPECT_EQ(scan.draw->url, "https://login.example/l/A");
  EXPECT_EQ(p.look(in("awaiting_confirm"), {}).messages, strings{"scanned, confirm on the phone"});
  EXPECT_EQ(p.look(in("starting"), {}).messages, strings{"confirmed, loading contacts"});
  EXPECT_EQ(p.look(in("online"), {}).end, exit_code::ok);
}

TEST(LoginProgress, SaysNothingTwice) {
  login_progress p;
  p.look(in("awaiting_scan"), code("A", 1));
  auto again = p.look(in("awaiting_scan"), code("A", 1));
  EXPECT_TRUE(again.messages.empty());
  EXPECT_FALSE(again.draw || again.end);
}

TEST(LoginProgress, DrawsANewCodeWhenItChanges) {
  login_progress p;
  p.look(in("awaiting_scan"), code("A", 1));
  EXPECT_EQ(p.look(in("starting", "qr_expired"), {}).messages,
            strings{"the code has expired, asking for a new one"});
  auto next = p.look(in("awaiting_scan"), code("B", 2));
  EXPECT_EQ(next.messages, strings{"a new code, number 2:"});
  ASSERT_TRUE(next.draw);
  EXPECT_EQ(next.draw->uuid, "B");
}

TEST(LoginProgress, WaitsForACodeThatIsNotThereYet) {
  login_progress p;
  EXPECT_FALSE(p.look(in("awaiting_scan"), {}).draw);
  EXPECT_TRUE(p.look(in("awaiting_scan"), code("A", 1)).draw);
}

TEST(LoginProgress, FailsWithAdviceWhereAPersonHasToAct) {
  for (const char* state : {"needs_login", "held", "cooling_off"}) {
    auto n = login_progress{}.look(in(state, "kicked"), {});
    EXPECT_EQ(n.end, exit_code::failure) << state;
    EXPECT_FALSE(n.advice.empty()) << state;
  }
}

TEST(LoginProgress, TakesStoppedForAnEndOnlyWhenItIsPaused) {
  auto a = in("stopped");
  EXPECT_FALSE(login_progress{}.look(a, {}).end);
  a.desired = "paused";
  EXPECT_EQ(login_progress{}.look(a, {}).end, exit_code::failure);
}

TEST(LoginProgress, GoesOnWhileWeixinSlowsItDown) {
  login_progress p;
  EXPECT_FALSE(p.look(in("throttled"), {}).end);
  EXPECT_FALSE(p.look(in("degraded"), {}).end);
}

TEST(LoginProgress, TakesTheStateOfBeforeForNoOutcome) {
  auto before = in("held", "kicked");
  before.state_since = moment{std::chrono::seconds{5}};
  login_progress p{before};
  EXPECT_FALSE(p.look(before, {}).end);
  auto after = before;
  after.state_since = moment{std::chrono::seconds{6}};
  EXPECT_EQ(p.look(after, {}).end, exit_code::failure);
}

} // namespace
} // namespace weixin::ctl
