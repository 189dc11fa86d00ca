#include "httpd/server.hpp"

#include "tests/httpd/server_fixture.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace weixin::httpd::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view get_and_close = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

using Server = server_test;

TEST_F(Server, AnswersWithLengthTypeAndDate) {
  start();
  auto answer = exchange(get_and_close);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 7\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(body_of(answer), "GET /a ");
}

TEST_F(Server, ListensOnAnyFreeTcpPort) {
  start(tcp_options());
  EXPECT_THAT(endpoint, StartsWith("127.0.0.1:"));
  EXPECT_THAT(endpoint, Not(HasSubstr(":0")));
  EXPECT_EQ(status_of(exchange(get_and_close)), 200);
}

TEST_F(Server, KeepsTheConnectionForTheNextRequest) {
  start();
  auto client = connect();
  for (int i = 0; i < 3; ++i) {
    client.send(get);
    EXPECT_EQ(status_of(client.read_answer()), 200);
  }
}

TEST_F(Server, ClosesAfterHttp10UnlessAskedToKeep) {
  start();
  EXPECT_THAT(exchange("GET / HTTP/1.0\r\n\r\n"), HasSubstr("Connection: close"));
  auto client = connect();
  for (int i = 0; i < 2; ++i) {
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(client.read_answer(), HasSubstr("Connection: keep-alive"));
  }
}

TEST_F(Server, HandlesPipelinedRequestsOneAtATime) {
  start([this](request r, responder respond) {
    if (r.path == "/first")
      waiting.put(respond);
    else
      echo()(std::move(r), std::move(respond));
  });
  auto client = connect();
  client.send("GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n");
  auto first = waiting.take();
  ASSERT_TRUE(first);
  first->send({.status = 202, .content_type = {}, .headers = {}, .body = {}});
  EXPECT_EQ(status_of(client.read_answer()), 202);
  EXPECT_EQ(body_of(client.read_answer()), "GET /second ");
}

TEST_F(Server, AnswersThousandsOfPipelinedRequestsInOrder) {
  start();
  constexpr int count = 20'000;
  auto client = connect();
  std::thread sender{[&] {
    std::string all;
    for (int i = 0; i < count; ++i)
      all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    client.send(all);
  }};
  for (int i = 0; i < count; ++i)
    ASSERT_EQ(body_of(client.read_answer()), "GET /" + std::to_string(i) + " ");
  sender.join();
}

TEST_F(Server, AnswersHeadWithTheHeadOnly) {
  start();
  auto client = connect();
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Content-Length: 8\r\n"));
  client.send(get);
  EXPECT_EQ(body_of(client.read_answer()), "GET /a ");
}

TEST_F(Server, SendsNoBodyWith204) {
  start([](request, responder r) {
    r.send({.status = 204, .content_type = "text/plain", .headers = {}, .body = "x"});
  });
  auto answer = exchange(get_and_close);
  EXPECT_EQ(status_of(answer), 204);
  EXPECT_EQ(body_of(answer), "");
  EXPECT_THAT(answer, Not(HasSubstr("Content-")));
}

TEST_F(Server, TellsAWaitingClientToContinue) {
  start();
  auto client = connect();
  client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  EXPECT_EQ(body_of(client.read_answer()), "POST / body");
}

TEST_F(Server, JoinsTheChunksOfABody) {
  start();
  auto client = connect();
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  client.send("2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(body_of(client.read_answer()), "POST / abcde");
  client.send(get);
  EXPECT_EQ(status_of(client.read_answer()), 200);
}

TEST_F(Server, AnswersBrokenRequestsWithAProblemAndCloses) {
  start();
  for (std::string_view bytes :
       {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET /a%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n"}) {
    auto answer = exchange(bytes);
    EXPECT_EQ(status_of(answer), 400) << bytes;
    EXPECT_THAT(answer, HasSubstr("application/problem+json"));
    EXPECT_THAT(answer, HasSubstr(R"("code":"bad_request")"));
  }
}

TEST_F(Server, AnswersAClientThatStoppedSending) {
  for (auto options : {unix_options(), tcp_options()}) {
    start(options, keep());
    auto client = connect();
    client.send(get);
    client.end_sending();
    auto r = waiting.take();
    ASSERT_TRUE(r);
    on_server_thread([] {});
    r->send({});
    EXPECT_EQ(status_of(client.read_to_end().value_or("")), 200);
    stop();
  }
}

TEST_F(Server, AnswersAllPipelinedRequestsOfAClientThatStoppedSending) {
  start();
  auto client = connect();
  client.send(get);
  client.send(get);
  client.end_sending();
  EXPECT_EQ(status_of(client.read_answer()), 200);
  EXPECT_EQ(status_of(client.read_answer()), 200);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(Server, TakesAnswersFromAnyThreadAndOnlyTheFirst) {
  start(keep());
  auto client = connect();
  client.send(get);
  auto r = waiting.take();
  ASSERT_TRUE(r);
  auto copy = *r;
  std::thread{[&] { r->send({.status = 201, .content_type = {}, .headers = {}, .body = {}}); }}.join();
  copy.send({});
  copy.start_stream({});
  EXPECT_FALSE(copy.write("x"));
  copy.send_raw("x");
  copy.spoil(sabotage::reset);
  EXPECT_EQ(status_of(client.read_answer()), 201);
  client.send(get);
  EXPECT_TRUE(waiting.take());
}

TEST_F(Server, Answers500WhenTheHandlerDropsTheRequest) {
  start([](request, responder) {});
  auto answer = exchange(get_and_close);
  EXPECT_EQ(status_of(answer), 500);
  EXPECT_THAT(answer, HasSubstr(R"("code":"internal_error")"));
}

TEST_F(Server, Answers500WhenTheLastCopyIsDroppedLater) {
  start(keep());
  auto client = connect();
  client.send(get);
  waiting.take();
  EXPECT_EQ(status_of(client.read_answer()), 500);
}

TEST_F(Server, SurvivesHandlersThatThrow) {
  start([](request r, responder respond) {
    if (r.path == "/std") throw std::runtime_error{"broken"};
    if (r.path == "/other") throw 42;
    echo()(std::move(r), std::move(respond));
  });
  auto client = connect();
  for (std::string path : {"/std", "/other"}) {
    client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    auto answer = client.read_answer();
    EXPECT_EQ(status_of(answer), 500);
    EXPECT_THAT(answer, Not(HasSubstr("broken")));
  }
  client.send(get);
  EXPECT_EQ(status_of(client.read_answer()), 200);
}

TEST_F(Server, Answers500InsteadOfAnAnswerThatCannotBeSent) {
  start([](request, responder r) {
    response answer;
    answer.headers.push_back({"X-A", "b\r\nSet-Cookie: c"});
    r.send(std::move(answer));
  });
  auto answer = exchange(get_and_close);
  EXPECT_EQ(status_of(answer), 500);
  EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
}

TEST_F(Server, SendsALargeAnswerWholeToASlowReader) {
  std::string large(20'000'000, 'a');
  for (std::size_t i = 0; i < large.size(); i += 1000)
    large[i] = static_cast<char>('b' + i / 1000 % 20);
  for (auto options : {unix_options(), tcp_options()}) {
    start(options, [&](request, responder r) {
      r.send({.status = 200, .content_type = {}, .headers = {}, .body = large});
    });
    auto client = connect(4096);
    client.send(get);
    EXPECT_TRUE(body_of(client.read_answer()) == large);
    stop();
  }
}

TEST_F(Server, ClosesEverythingAndRemovesItsSocketWhenItStops) {
  start(keep());
  auto idle = connect();
  auto busy = connect();
  busy.send(get);
  auto r = waiting.take();
  ASSERT_TRUE(r);
  stop();
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_EQ(busy.read_to_end(), "");
  EXPECT_FALSE(std::filesystem::exists(endpoint));
  r->send({}); // nobody is there any more
}

TEST_F(Server, MayBeStoppedByItsOwnHandler) {
  start([this](request, responder r) {
    running->stop();
    r.send({});
  });
  EXPECT_EQ(exchange(get), "");
  EXPECT_FALSE(connect().connected());
}

TEST_F(Server, CountsEveryAnswerWithItsMethodPathAndStatus) {
  mailbox<std::string> counted;
  auto options = unix_options();
  options.on_answer = [&](std::string_view method, std::string_view path, int status,
                          std::chrono::nanoseconds took) {
    EXPECT_GE(took.count(), 0);
    EXPECT_LT(took, patience);
    counted.put(std::string{method} + " " + std::string{path} + " " + std::to_string(status));
  };
  start(std::move(options));
  exchange("GET /a/b?secret=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(counted.take(), "GET /a/b 200");
  exchange("nonsense\r\n\r\n");
  EXPECT_EQ(counted.take(), "  400");
}

TEST(Responder, MayOutliveItsServerAndTheIoContext) {
  temporary_directory directory;
  std::vector<responder> kept;
  {
    boost::asio::io_context io{1};
    listen_options options;
    options.unix_path = directory.file("http.sock");
    server s{io, options, [&](request, responder r) { kept.push_back(std::move(r)); }};
    ASSERT_TRUE(s.start());
    raw_client client{s.endpoint()};
    client.send(get);
    while (kept.empty() && io.run_one_for(patience) > 0) {
    }
    ASSERT_EQ(kept.size(), 1u);
  }
  kept[0].send({});
  kept[0].on_gone([] {});
}

} // namespace
} // namespace weixin::httpd::test
