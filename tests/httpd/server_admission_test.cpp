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

TEST_F(ServerAdmission, RefusesBeforeTheBodyWhereItIsAskedForTheHead) {
  auto options = tcp_options();
  options.receive = [](const request&) { return std::shared_ptr<body_receiver>{}; };
  options.refuse = [](const request& r) -> std::optional<response> {
    EXPECT_EQ(r.peer_address, "127.0.0.1");
    if (r.header("Authorization").empty()) return problem(401, "unauthorized", "Show a token.");
    return std::nullopt;
  };
  start(options);
  auto client = connect();
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_EQ(status_of(client.read_answer()), 401) << "not one byte of the body was sent";
  auto expecting = connect();
  expecting.send("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(status_of(expecting.read_answer()), 401) << "and nobody was told to go on";
  auto chunked = connect();
  chunked.send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(status_of(chunked.read_answer()), 401);
}

TEST_F(ServerAdmission, AsksOnceForARequestThatIsLetThrough) {
  int asked = 0;
  auto options = unix_options();
  options.receive = [](const request&) { return std::shared_ptr<body_receiver>{}; };
  options.refuse = [&](const request& r) -> std::optional<response> {
    EXPECT_TRUE(r.peer);
    EXPECT_EQ(r.peer_address, "");
    ++asked;
    return std::nullopt;
  };
  start(options);
  auto client = connect();
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab");
  EXPECT_EQ(body_of(client.read_answer()), "POST /a ab");
  client.send(get);
  EXPECT_EQ(status_of(client.read_answer()), 200);
  stop();
  EXPECT_EQ(asked, 2);
}

TEST_F(ServerAdmission, LetsTheSilentMakeRoomForANewConnection) {
  auto options = tcp_options();
  options.max_connections = 2;
  options.makes_room = true;
  start(options);
  auto first = connect();
  auto second = connect();
  EXPECT_TRUE(second.still_open_after(50ms)); // both are in
  auto third = connect();
  third.send(get);
  EXPECT_EQ(status_of(third.read_answer()), 200);
  EXPECT_FALSE(first.still_open_after(5s)) << "the one that waited longest";
  second.send("GET /a");
  EXPECT_TRUE(second.still_open_after(50ms));
}

TEST_F(ServerAdmission, LetsNobodyGoWhoWaitsForAnAnswer) {
  auto options = tcp_options();
  options.max_connections = 1;
  options.makes_room = true;
  start(options, keep());
  auto first = connect();
  first.send(get);
  auto answer = waiting.take();
  ASSERT_TRUE(answer);
  auto second = connect();
  second.send(get_and_close);
  EXPECT_THAT(second.read_to_end().value_or(""), HasSubstr("too_many_connections"));
  answer->send({});
  EXPECT_EQ(status_of(first.read_answer()), 200);
}

} // namespace
} // namespace weixin::httpd::test
