// The network of the simulation keeps the transport's contract.
#include "tests/simulation/virtual_network.hpp"

#include <gtest/gtest.h>

namespace weixin::simulation {
namespace {

struct VirtualNetwork : ::testing::Test {
  timeline time{1, false};
  simulator::simulated_weixin weixin{simulator::simulator_options{}};
  fault_plan plan{1};
  trace events;
  virtual_network net{time, weixin, plan, events, 1};
  std::shared_ptr<virtual_network::process> process = net.start_process();
  std::shared_ptr<transport::http_client> client = process->client("shop-01");
  std::vector<result<http_response>> outcomes;

  VirtualNetwork() { plan.stop(); }

  void get(const std::string& target, const std::string& host = "login.wx.qq.com",
           std::chrono::milliseconds deadline = 15s) {
    transport::http_call c;
    c.request.host = host;
    c.request.target = target;
    c.request.headers = {{"User-Agent", "Mozilla/5.0 test"}};
    c.limits.deadline = deadline;
    c.label = "jslogin";
    client->start(std::move(c), [this](result<http_response> r) { outcomes.push_back(std::move(r)); });
  }
  void pass(std::chrono::nanoseconds d) {
    time.run_until(time.now() + d, [] {});
  }
  errc code(std::size_t i) const { return outcomes.at(i) ? errc::internal : outcomes.at(i).error().code; }
};

constexpr const char* new_code = "/jslogin?appid=wx782c26e4c19acffb&fun=new";

TEST_F(VirtualNetwork, BringsAnAnswerAfterSomeLatencyAndNeverAtOnce) {
  get(new_code);
  EXPECT_TRUE(outcomes.empty());
  pass(1s);
  ASSERT_EQ(outcomes.size(), 1U);
  ASSERT_TRUE(outcomes[0]);
  EXPECT_NE(outcomes[0]->body.find("window.QRLogin.uuid"), std::string::npos);
}

TEST_F(VirtualNetwork, EndsALongPollWhenItsDeadlineComes) {
  get(new_code);
  pass(1s);
  auto body = outcomes[0]->body;
  auto at = body.find('"') + 1;
  get("/cgi-bin/mmwebwx-bin/login?tip=1&uuid=" + body.substr(at, body.find('"', at) - at), "login.wx.qq.com",
      5s);
  pass(4900ms);
  EXPECT_EQ(outcomes.size(), 1U);
  pass(200ms);
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(code(1), errc::timed_out);
  EXPECT_TRUE(outcomes[1].error().request_left);
}

TEST_F(VirtualNetwork, RefusesConnectionsWhileItIsDownAndSaysThatNothingLeft) {
  net.set_state(network_state::refusing);
  get(new_code);
  pass(1s);
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(code(0), errc::connect_failed);
  EXPECT_FALSE(outcomes[0].error().request_left);
}

TEST_F(VirtualNetwork, OpensTheBreakerOfAHostThatIsDown) {
  net.set_state(network_state::refusing);
  for (int i = 0; i < 6; ++i) {
    get(new_code);
    pass(1s);
  }
  EXPECT_EQ(code(4), errc::connect_failed);
  EXPECT_EQ(code(5), errc::breaker_open);
  net.set_state(network_state::up);
  pass(11s);
  get(new_code);
  pass(1s);
  EXPECT_TRUE(outcomes.back()) << "the probe goes through";
}

TEST_F(VirtualNetwork, CancelsTheCallsOfAClientThatCloses) {
  get(new_code);
  client->close();
  pass(1s);
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(code(0), errc::cancelled);
}

TEST_F(VirtualNetwork, LetsTheCallsOfADeadProcessVanish) {
  get(new_code);
  process->die();
  get(new_code);
  pass(60s);
  EXPECT_TRUE(outcomes.empty());
}

TEST_F(VirtualNetwork, AsksNoHostThatIsNotWeixins) {
  get("/", "example.com");
  pass(1s);
  EXPECT_EQ(code(0), errc::host_not_allowed);
}

TEST_F(VirtualNetwork, RunsFourCallsOfAnAccountAtATime) {
  net.set_state(network_state::silent);
  for (int i = 0; i < 5; ++i)
    get(new_code, "login.wx.qq.com", 60s);
  pass(5100ms);
  EXPECT_EQ(outcomes.size(), 4U);
  pass(5100ms);
  EXPECT_EQ(outcomes.size(), 5U);
}

} // namespace
} // namespace weixin::simulation
