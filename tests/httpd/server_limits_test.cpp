#include "tests/httpd/server_fixture.hpp"

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <fcntl.h>
#include <future>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace weixin::httpd::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view get_and_close = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// Allows that many open files for the life of the object.
class open_files_limit {
public:
  explicit open_files_limit(rlim_t n) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    auto changed = before_;
    changed.rlim_cur = std::min(n, before_.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &changed);
  }
  ~open_files_limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
  rlimit before_{};
};

using ServerLimits = server_test;

TEST_F(ServerLimits, RefuseAHeaderThatIsTooLarge) {
  start();
  auto answer = exchange("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'a'));
  EXPECT_EQ(status_of(answer), 431);
  EXPECT_THAT(answer, HasSubstr(R"("code":"header_too_large")"));
}

TEST_F(ServerLimits, RefuseAnEndlessHeader) {
  start();
  auto client = connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n");
  while (client.send("X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n") && client.still_open_after(0ms)) {
  }
  EXPECT_EQ(status_of(client.read_to_end().value_or("")), 431);
}

TEST_F(ServerLimits, AnswerAClientThatSendsTenMegabytesToTheEnd) {
  const std::string body(10 * 1024 * 1024, 'a');
  for (auto options : {unix_options(), tcp_options()}) {
    start(options);
    for (std::string_view length :
         {"Content-Length: 10485760\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\na00000\r\n"}) {
      auto answer = exchange("POST / HTTP/1.1\r\nHost: x\r\n" + std::string{length} + body);
      EXPECT_EQ(status_of(answer), 413);
      EXPECT_THAT(answer, HasSubstr(R"("code":"body_too_large")"));
    }
    stop();
  }
}

TEST_F(ServerLimits, RefuseTheBodyBeforeTheClientIsToldToContinue) {
  start();
  auto answer =
      exchange("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n");
  EXPECT_EQ(status_of(answer), 413);
}

TEST_F(ServerLimits, CloseAConnectionThatSaysNothing) {
  auto options = unix_options();
  options.header_deadline = 50ms;
  start(options);
  EXPECT_EQ(connect().read_to_end(), "");
}

TEST_F(ServerLimits, CloseAConnectionThatDribblesItsHeader) {
  auto options = tcp_options();
  options.header_deadline = 500ms;
  options.idle_deadline = 10min;
  start(options);
  auto client = connect();
  client.send(get);
  client.read_answer();
  auto begin = std::chrono::steady_clock::now();
  while (client.send("G") && client.still_open_after(10ms)) {
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, patience);
  EXPECT_EQ(status_of(client.read_to_end().value_or("")), 408);
}

TEST_F(ServerLimits, CloseAConnectionThatDribblesItsBody) {
  auto options = unix_options();
  options.body_deadline = 200ms;
  start(options);
  auto client = connect();
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
  while (client.send("a") && client.still_open_after(10ms)) {
  }
  EXPECT_EQ(status_of(client.read_to_end().value_or("")), 408);
}

TEST_F(ServerLimits, ServeOthersWhileAThousandConnectionsDribble) {
  open_files_limit files{4096};
  auto options = unix_options();
  options.max_connections = 1001;
  options.header_deadline = 10min;
  start(options);
  std::vector<raw_client> slow;
  for (int i = 0; i < 1000; ++i)
    slow.push_back(connect());
  for (auto& c : slow)
    ASSERT_TRUE(c.send("GET /"));
  EXPECT_EQ(status_of(exchange(get_and_close)), 200);
}

TEST_F(ServerLimits, CloseAnIdleConnectionAfterItsDeadline) {
  auto options = unix_options();
  options.idle_deadline = 50ms;
  start(options);
  auto client = connect();
  client.send(get);
  EXPECT_EQ(status_of(client.read_answer()), 200);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerLimits, DoNotEndARequestThatWaitsForItsAnswer) {
  auto options = unix_options();
  options.header_deadline = options.body_deadline = options.idle_deadline = options.write_deadline = 300ms;
  start(options, keep());
  auto client = connect();
  client.send(get);
  auto r = waiting.take();
  ASSERT_TRUE(r);
  EXPECT_TRUE(client.still_open_after(700ms));
  r->send({});
  EXPECT_EQ(status_of(client.read_answer()), 200);
}

TEST_F(ServerLimits, EndAnAnswerThatNobodyReads) {
  auto options = unix_options();
  options.write_deadline = 50ms;
  start(options, [](request, responder r) {
    r.send({.status = 200, .content_type = {}, .headers = {}, .body = std::string(10'000'000, 'a')});
  });
  auto client = connect();
  client.send(get);
  EXPECT_TRUE(client.wait_for_hang_up());
  EXPECT_LT(client.read_to_end().value_or("").size(), 10'000'000u);
}

TEST_F(ServerLimits, EndAStreamThatNobodyReads) {
  auto options = unix_options();
  options.write_deadline = 50ms;
  mailbox<int> gone;
  start(options, [&](request, responder r) {
    r.start_stream({});
    r.on_gone([&] { gone.put(1); });
    r.write(std::string(1'000'000, 'a'));
    waiting.put(std::move(r));
  });
  auto client = connect();
  client.send(get);
  EXPECT_TRUE(gone.take());
  EXPECT_LT(client.read_to_end().value_or("").size(), 1'000'000u);
}

TEST_F(ServerLimits, RefuseConnectionsAboveTheLimit) {
  open_files_limit files{4096};
  auto options = unix_options();
  options.max_connections = 3;
  start(options);
  std::vector<raw_client> served;
  for (int i = 0; i < 3; ++i) {
    served.push_back(connect());
    served.back().send(get);
    EXPECT_EQ(status_of(served.back().read_answer()), 200);
  }
  std::vector<raw_client> refused;
  for (int i = 0; i < 1000; ++i)
    refused.push_back(connect());
  for (auto& c : refused) {
    c.send(get);
    auto answer = c.read_to_end().value_or("");
    ASSERT_EQ(status_of(answer), 503);
    ASSERT_THAT(answer, HasSubstr("\r\nRetry-After: "));
    ASSERT_THAT(answer, HasSubstr(R"("code":"too_many_connections")"));
    c.close();
  }
  served[0].send(get);
  EXPECT_EQ(status_of(served[0].read_answer()), 200);
  served[1].close();
  // The server learns of the close a moment later: until then it refuses.
  auto end = std::chrono::steady_clock::now() + patience;
  int status = 0;
  while (status != 200 && std::chrono::steady_clock::now() < end)
    status = status_of(exchange(get_and_close));
  EXPECT_EQ(status, 200);
}

TEST_F(ServerLimits, AcceptAgainOnceThereAreDescriptors) {
  start();
  std::promise<void> blocked;
  std::promise<void> go_on;
  boost::asio::post(io, [&] {
    blocked.set_value();
    go_on.get_future().wait();
  });
  blocked.get_future().wait();
  auto client = connect();
  client.send(get);
  {
    int next = ::dup(0);
    ::close(next);
    open_files_limit none_left{static_cast<rlim_t>(next)};
    go_on.set_value();
    EXPECT_TRUE(client.still_open_after(100ms));
  }
  EXPECT_EQ(status_of(client.read_answer()), 200);
}

} // namespace
} // namespace weixin::httpd::test
