#include "tests/httpd/server_fixture.hpp"

#include <atomic>
#include <csignal>
#include <future>
#include <poll.h>
#include <sys/socket.h>

namespace weixin::httpd::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

/// What happens to the peer while a handler has its request.
class ServerPeer : public server_test {
protected:
  handler watch() {
    return [this](request, responder r) {
      r.on_gone([this] { gone.put(1); });
      waiting.put(std::move(r));
    };
  }
  mailbox<int> gone;
};

TEST_F(ServerPeer, IsReportedGoneWhenItClosesAUnixSocket) {
  start(watch());
  auto client = connect();
  client.send(get);
  ASSERT_TRUE(waiting.take());
  auto second = connect();
  second.send(get);
  auto r = waiting.take();
  ASSERT_TRUE(r);
  second.close();
  EXPECT_TRUE(gone.take());
  r->send({}); // dropped
}

TEST_F(ServerPeer, IsReportedGoneWhenItClosesAUnixSocketAfterAHalfClose) {
  start(watch());
  auto client = connect();
  client.send(get);
  auto r = waiting.take();
  ASSERT_TRUE(r);
  client.end_sending();
  on_server_thread([] {});
  client.close();
  EXPECT_TRUE(gone.take());
}

TEST_F(ServerPeer, IsReportedGoneWhenItResetsATcpConnection) {
  start(tcp_options(), watch());
  auto client = connect();
  client.send(get);
  auto r = waiting.take();
  ASSERT_TRUE(r);
  client.reset();
  EXPECT_TRUE(gone.take());
}

TEST_F(ServerPeer, IsNotGoneWhenItOnlyStoppedSendingUntilItResets) {
  start(tcp_options(), watch());
  auto client = connect();
  client.send(get);
  auto r = waiting.take();
  ASSERT_TRUE(r);
  client.end_sending();
  on_server_thread([] {});
  r->start_stream({});
  EXPECT_TRUE(r->write("still here"));
  client.read_until("still here");
  client.reset();
  EXPECT_TRUE(gone.take());
  EXPECT_FALSE(r->write("gone"));
}

TEST_F(ServerPeer, IsReportedGoneEvenToWhoAsksLate) {
  start(watch());
  auto client = connect();
  client.send(get);
  auto r = waiting.take();
  ASSERT_TRUE(r);
  client.close();
  ASSERT_TRUE(gone.take());
  r->on_gone([this] { gone.put(2); });
  EXPECT_EQ(gone.take(), 2);
}

TEST_F(ServerPeer, IsNoLongerWatchedOnceItIsAnswered) {
  std::atomic<bool> called = false;
  start([&](request, responder r) {
    r.on_gone([&] { called = true; });
    r.send({});
  });
  auto client = connect();
  client.send(get);
  client.read_answer();
  client.close();
  stop();
  EXPECT_FALSE(called);
}

TEST_F(ServerPeer, DoesNotDisturbByUrgentData) {
  start(tcp_options(), watch());
  auto client = connect();
  client.send(get);
  auto r = waiting.take();
  ASSERT_TRUE(r);
  client.end_sending();
  auto second = connect();
  second.send(get);
  auto r2 = waiting.take();
  ASSERT_TRUE(r2);
  EXPECT_TRUE(second.send_urgent('!'));
  second.end_sending();
  on_server_thread([] {});
  r->send({});
  r2->send({});
  EXPECT_EQ(status_of(client.read_answer()), 200);
  EXPECT_EQ(status_of(second.read_answer()), 200);
}

TEST_F(ServerPeer, CannotFillTheMemoryWhileItsRequestIsUnderWay) {
  start(watch());
  auto client = connect();
  client.send(get);
  auto r = waiting.take();
  ASSERT_TRUE(r);
  const std::string flood(65536, 'x');
  std::size_t taken = 0;
  constexpr std::size_t far_too_much = 64 * 1024 * 1024;
  for (pollfd p{client.descriptor(), POLLOUT, 0}; taken<far_too_much&& ::poll(&p, 1, 300)> 0;) {
    auto n = ::send(client.descriptor(), flood.data(), flood.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) taken += static_cast<std::size_t>(n);
  }
  EXPECT_LT(taken, 4u * 1024 * 1024);
  client.close();
  EXPECT_TRUE(gone.take());
}

TEST_F(ServerPeer, MayBeGoneWhenItsAnswerIsWritten) {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  ASSERT_EQ(::sigaction(SIGPIPE, &standard, nullptr), 0);
  std::promise<void> handling;
  std::promise<void> left;
  start(tcp_options(), [&](request r, responder respond) {
    if (r.method == "PUT") {
      handling.set_value();
      left.get_future().wait();
    }
    respond.send({});
  });
  auto client = connect();
  client.send("PUT / HTTP/1.1\r\nHost: x\r\n\r\n");
  handling.get_future().wait();
  client.end_sending(); // after this, the reset makes the next write a broken pipe
  client.reset();
  left.set_value();
  auto other = connect();
  other.send(get);
  EXPECT_EQ(status_of(other.read_answer()), 200);
}

TEST_F(ServerPeer, MayThrowAwayTheServerFromItsCallback) {
  start([this](request, responder r) {
    r.on_gone([this] {
      running->stop();
      gone.put(1);
    });
    waiting.put(std::move(r));
  });
  auto client = connect();
  client.send(get);
  auto r = waiting.take();
  ASSERT_TRUE(r);
  client.close();
  EXPECT_TRUE(gone.take());
}

} // namespace
} // namespace weixin::httpd::test
