#include "tests/simulator/simulated_client.hpp"

#include <gmock/gmock.h>

namespace weixin::simulator {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

simulator_options automatic() {
  simulator_options o;
  o.auto_phones = true;
  return o;
}

struct AutomaticPhones : testing::Test {
  simulated_service service{automatic(), 3};

  /// Logs in as a client does that waits for its phone; returns the user it became.
  std::size_t log_in(simulated_client& client) {
    client.jslogin();
    return finish(client);
  }
  std::size_t finish(simulated_client& client) {
    std::string text;
    for (int i = 0; i < 5 && text.find("redirect_uri") == std::string::npos; ++i) {
      auto poll = client.poll_login(i == 0 ? 1 : 0);
      service.advance(300ms);
      if (auto a = service.answered(poll)) text = a->response.body;
    }
    EXPECT_THAT(text, HasSubstr("redirect_uri=\""));
    auto from = text.find("https://");
    client.redirect = text.substr(from, text.find('"', from) - from);
    client.exchange();
    client.init();
    return service.core.state().sessions.at(client.sid)->user_id;
  }
};

TEST_F(AutomaticPhones, GiveEachCodeToTheNextUserThatNeverLoggedIn) {
  std::vector<simulated_client> clients(3, simulated_client{service});
  std::size_t expected = 1;
  for (auto& client : clients)
    EXPECT_EQ(log_in(client), expected++);
  EXPECT_EQ(service.core.state().online.size(), 3U);
}

TEST_F(AutomaticPhones, GiveSimultaneousCodesToDifferentUsers) {
  simulated_client one{service};
  simulated_client two{service};
  one.jslogin();
  two.jslogin();
  EXPECT_EQ(finish(one), 1U);
  EXPECT_EQ(finish(two), 2U);
}

TEST_F(AutomaticPhones, RecogniseTheBrowserOfAnEarlierLogin) {
  simulated_client one{service};
  simulated_client two{service};
  (void)log_in(one);
  (void)log_in(two);
  EXPECT_EQ(log_in(two), 2U) << "although its old session still lives";
  EXPECT_EQ(log_in(one), 1U);
}

TEST_F(AutomaticPhones, LetACodeWaitUntilAUserIsFree) {
  std::vector<simulated_client> clients(3, simulated_client{service});
  for (auto& client : clients)
    (void)log_in(client);
  simulated_client late{service};
  late.jslogin();
  service.advance(2s);
  EXPECT_FALSE(service.answered(late.poll_login(1)));
  service.core.end_sessions(2, 1101, service.now);
  EXPECT_EQ(finish(late), 2U);
}

TEST_F(AutomaticPhones, TakeTheUserOfAClientThatHasGoneForFree) {
  std::vector<simulated_client> clients(3, simulated_client{service});
  for (auto& client : clients)
    (void)log_in(client);
  simulated_client late{service};
  late.jslogin();
  service.advance(60s);
  EXPECT_EQ(finish(late), 1U);
}

TEST_F(AutomaticPhones, ConfirmPushLogins) {
  simulated_client client{service};
  (void)log_in(client);
  service.core.end_sessions(1, 1101, service.now);
  auto a = client.call("GET", "wx.qq.com", client.target("webwxpushloginurl", "uin=" + client.uin));
  client.uuid = text_of(json_of(a), "uuid");
  EXPECT_EQ(finish(client), 1U);
}

TEST_F(AutomaticPhones, ServeCodesThatWaitedForTheModeToBeSwitchedOn) {
  auto options = service.core.state().options;
  options.auto_phones = false;
  service.core.set_options(options, service.now);
  simulated_client client{service};
  client.jslogin();
  service.advance(5s);
  options.auto_phones = true;
  service.core.set_options(options, service.now);
  EXPECT_EQ(finish(client), 1U);
}

TEST_F(AutomaticPhones, FreeTheUserOfACodeThatNobodyCameFor) {
  for (int i = 0; i < 10; ++i) {
    simulated_client client{service};
    client.jslogin();
    service.advance(30s);
  }
  simulated_client client{service};
  EXPECT_GE(log_in(client), 1U);
}

TEST(Phones, RefuseWhatTheCodesStateDoesNotAllow) {
  simulated_service service;
  simulated_client client{service};
  client.jslogin();
  EXPECT_FALSE(service.core.confirm(client.uuid, service.now)) << "nobody scanned it";
  EXPECT_FALSE(service.core.scan(client.uuid, 99, service.now)) << "no such user";
  EXPECT_FALSE(service.core.scan("nothing", 1, service.now));
  EXPECT_TRUE(service.core.scan(client.uuid, 1, service.now));
  EXPECT_FALSE(service.core.scan(client.uuid, 2, service.now)) << "somebody else has";
}

struct SimulatedLoad : AutomaticPhones {
  std::size_t waiting(std::size_t user) { return service.core.state().user(user)->session->unfetched(); }
};

TEST_F(SimulatedLoad, ReachesTheOnlineUsersInTurnAtItsRate) {
  simulated_client one{service};
  simulated_client two{service};
  (void)log_in(one);
  (void)log_in(two);
  ASSERT_TRUE(service.core.start_load(10, 2, "load {token}", service.now));
  service.advance(1s);
  EXPECT_NEAR(static_cast<double>(service.core.load().injected), 10, 2);
  service.advance(2s);
  EXPECT_EQ(service.core.load().injected, 20U);
  EXPECT_FALSE(service.core.load().active());
  EXPECT_EQ(waiting(1), 10U);
  EXPECT_EQ(waiting(2), 10U);
}

TEST_F(SimulatedLoad, SkipsWhenNobodyIsOnline) {
  ASSERT_TRUE(service.core.start_load(100, 1, "x", service.now));
  service.advance(2s);
  EXPECT_EQ(service.core.load().injected, 0U);
  EXPECT_EQ(service.core.load().skipped, 100U);
}

TEST_F(SimulatedLoad, CatchesUpWhenItsDriverWasLate) {
  simulated_client one{service};
  (void)log_in(one);
  ASSERT_TRUE(service.core.start_load(1'000, 1, "x", service.now));
  service.now.steady += 3s;
  service.core.advance(service.now);
  service.advance(1s);
  EXPECT_EQ(service.core.load().injected, 1'000U);
}

TEST_F(SimulatedLoad, Stops) {
  simulated_client one{service};
  (void)log_in(one);
  ASSERT_TRUE(service.core.start_load(10, 10, "x", service.now));
  service.advance(1s);
  service.core.stop_load();
  auto injected = service.core.load().injected;
  service.advance(2s);
  EXPECT_EQ(service.core.load().injected, injected);
}

TEST_F(SimulatedLoad, RefusesARateThatIsNone) {
  EXPECT_FALSE(service.core.start_load(0, 1, "x", service.now));
  EXPECT_FALSE(service.core.start_load(1'000'000, 1, "x", service.now));
}

} // namespace
} // namespace weixin::simulator
