// What the server refuses at its door: peers that ask too often, work there is no room for.
#include "tests/httpd/server_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <vector>

namespace weixin::httpd::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view get_and_close = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

using ServerAdmission = server_test;

TEST_F(ServerAdmission, RefusesAPeerThatAsksTooOftenOnWhateverConnection) {
  for (auto options : {unix_options(), tcp_options()}) {
    options.requests_per_second_per_peer = 0.01;
    start(options);
    auto client = connect();
    client.send(get);
    EXPECT_EQ(status_of(client.read_answer()), 200);
    client.send(get);
    auto answer = client.read_answer();
    EXPECT_EQ(status_of(answer), 429);
    EXPECT_THAT(answer, HasSubstr(R"("code":"too_many_requests")"));
    EXPECT_THAT(answer, testing::ContainsRegex("\r\nRetry-After: (99|100)\r\n"));
    EXPECT_EQ(status_of(exchange(get_and_close)), 429);
    client.send(get);
    EXPECT_EQ(status_of(client.read_answer()), 429) << "the connection stays usable";
    stop();
  }
}

TEST_F(ServerAdmission, ServesAPeerAgainWhenItHasWaited) {
  auto options = unix_options();
  options.requests_per_second_per_peer = 20;
  start(options);
  int served = 0;
  int refused = 0;
  auto end = std::chrono::steady_clock::now() + patience;
  while (served < 30 && std::chrono::steady_clock::now() < end)
    ++(status_of(exchange(get_and_close)) == 200 ? served : refused);
  EXPECT_EQ(served, 30);
  EXPECT_GT(refused, 0);
}

TEST_F(ServerAdmission, GivesTheAnswerOfWhoRefusesInsteadOfAskingTheHandler) {
  std::vector<int> told;
  auto options = unix_options();
  options.refuse = [](const request& r) -> std::optional<response> {
    if (r.method != "POST") return std::nullopt;
    return problem(503, "overloaded", "Try again later.");
  };
  options.on_answer = [&](std::string_view, std::string_view path, int status,
                          std::chrono::nanoseconds took) {
    EXPECT_LT(took, std::chrono::minutes{1});
    if (path == "/a") told.push_back(status);
  };
  start(options);
  EXPECT_EQ(status_of(exchange(get_and_close)), 200);
  auto answer = exchange("POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab");
  EXPECT_EQ(status_of(answer), 503);
  EXPECT_THAT(answer, HasSubstr(R"("code":"overloaded")"));
  stop();
  EXPECT_EQ(told, (std::vector{200, 503})) << "refusals are counted";
}

TEST_F(ServerAdmission, LetsNewConnectionsWaitWhileThereIsNoRoomForThem) {
  std::atomic<bool> room{true};
  std::atomic<int> asked_in_vain{0};
  auto options = unix_options();
  options.takes_connections = [&] {
    if (!room) ++asked_in_vain;
    return room.load();
  };
  start(options);
  auto early = connect();
  early.send(get);
  EXPECT_EQ(status_of(early.read_answer()), 200);
  room = false;
  // The server may have been waiting for one more connection already: that one gets in.
  auto next = connect();
  next.send(get);
  auto late = connect();
  late.send(get);
  EXPECT_TRUE(late.still_open_after(300ms));
  EXPECT_GT(asked_in_vain, 0);
  early.send(get);
  EXPECT_EQ(status_of(early.read_answer()), 200) << "those who are in are served";
  room = true;
  EXPECT_EQ(status_of(next.read_answer()), 200);
  EXPECT_EQ(status_of(late.read_answer()), 200);
  stop(); // it asks for room to the end
}

} // namespace
} // namespace weixin::httpd::test
