// Bodies that are taken piece by piece.
#include "tests/httpd/server_fixture.hpp"

#include <algorithm>

namespace weixin::httpd::test {
namespace {

using namespace std::chrono_literals;

/// Takes pieces on a thread of its own, and fails at one if told so.
class slow_receiver final : public body_receiver {
public:
  ~slow_receiver() override {
    for (auto& t : threads_)
      t.join();
  }
  void take(std::string piece, std::function<void(result<void>)> done) override {
    largest = std::max(largest, piece.size());
    bytes += piece;
    if (fail_at > 0 && bytes.size() >= fail_at) return done(fail(errc::disk_full, "test"));
    threads_.emplace_back([done = std::move(done)] { done({}); });
  }

  std::string bytes;
  std::size_t largest = 0;
  std::size_t fail_at = 0;

private:
  std::vector<std::thread> threads_;
};

struct ServerReceiverTest : server_test {
  std::size_t fail_at = 0;
  std::atomic<int> receivers{0};

  listen_options receiving() {
    auto options = unix_options();
    options.max_body_bytes = 10;
    options.max_received_body_bytes = 10'000'000;
    options.receive = [this](const request& head) -> std::shared_ptr<body_receiver> {
      if (head.path != "/upload") return nullptr;
      ++receivers;
      auto r = std::make_shared<slow_receiver>();
      r->fail_at = fail_at;
      return r;
    };
    return options;
  }
  /// Answers what came: the size, and whether all of it is the letter x.
  static handler tell() {
    return [](request r, responder respond) {
      response a;
      a.content_type = "text/plain";
      a.body = "in memory " + std::to_string(r.body.size());
      if (auto taken = std::dynamic_pointer_cast<slow_receiver>(r.receiver)) {
        auto others =
            std::count_if(taken->bytes.begin(), taken->bytes.end(), [](char c) { return c != 'x'; });
        a.body = "received " + std::to_string(taken->bytes.size()) + " others " + std::to_string(others);
        if (taken->largest > 128 * 1024) a.body += " a piece was too large";
        if (taken->fail_at > 0) a.status = 507;
      }
      respond.send(std::move(a));
    };
  }
  static std::string post(const std::string& path, std::size_t size, const std::string& more = "") {
    return "POST " + path + " HTTP/1.1\r\nHost: h\r\n" + more + "Content-Length: " + std::to_string(size) +
           "\r\n\r\n" + std::string(size, 'x');
  }
};

TEST_F(ServerReceiverTest, GivesABodyToItsReceiverPieceByPiece) {
  start(receiving(), tell());
  auto answers = exchange(post("/upload", 3'000'000) + post("/upload", 5, "Connection: close\r\n"));
  EXPECT_NE(answers.find("received 3000000 others 0"), std::string::npos) << answers.substr(0, 500);
  EXPECT_NE(answers.find("received 5 others 0"), std::string::npos) << "the connection goes on";
  EXPECT_EQ(receivers, 2);
}

TEST_F(ServerReceiverTest, GivesAChunkedBodyToItsReceiver) {
  start(receiving(), tell());
  std::string body;
  for (int i = 0; i < 100; ++i)
    body += "3e8\r\n" + std::string(1'000, 'x') + "\r\n";
  auto answer = exchange("POST /upload HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n" +
                         body + "0\r\n\r\n");
  EXPECT_NE(answer.find("received 100000 others 0"), std::string::npos) << answer.substr(0, 500);
}

TEST_F(ServerReceiverTest, KeepsOtherBodiesInMemoryWithinTheirLimit) {
  start(receiving(), tell());
  EXPECT_NE(exchange(post("/other", 10, "Connection: close\r\n")).find("in memory 10"), std::string::npos);
  EXPECT_NE(exchange(post("/other", 11, "Connection: close\r\n")).find(" 413 "), std::string::npos);
  EXPECT_NE(
      exchange("POST /other HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nxxxxxxxxxxx\r\n")
          .find(" 413 "),
      std::string::npos);
  EXPECT_EQ(receivers, 0);
}

TEST_F(ServerReceiverTest, TakesABodyThatGoesOnComingForAsLongAsItLasts) {
  auto options = receiving();
  options.body_deadline = 1ms;
  start(std::move(options), tell());
  auto client = connect();
  client.send("POST /upload HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 20\r\n\r\n");
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(client.still_open_after(5ms));
    client.send("x");
  }
  EXPECT_NE(client.read_to_end().value_or("").find("received 20 others 0"), std::string::npos);
}

TEST_F(ServerReceiverTest, SendsAwayWhoseNextPieceDoesNotCome) {
  auto options = receiving();
  options.piece_deadline = 200ms;
  start(std::move(options), tell());
  auto client = connect();
  client.send("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\nx");
  EXPECT_NE(client.read_to_end().value_or("").find(" 408 "), std::string::npos);
}

TEST_F(ServerReceiverTest, RefusesABodyAboveTheLimitOfReceivers) {
  start(receiving(), tell());
  auto answer = exchange("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 10000001\r\n\r\n");
  EXPECT_NE(answer.find(" 413 "), std::string::npos);
}

TEST_F(ServerReceiverTest, HandsOverARequestWhoseReceiverFails) {
  fail_at = 100'000;
  start(receiving(), tell());
  auto answer = exchange(post("/upload", 3'000'000));
  EXPECT_NE(answer.find(" 507 "), std::string::npos) << answer.substr(0, 500);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos) << "the rest of the body is nobody's";
}

TEST_F(ServerReceiverTest, AsksForARefusalBeforeTheBody) {
  auto options = receiving();
  options.refuse = [](const request&) { return problem(503, "overloaded", "Try again."); };
  start(std::move(options), tell());
  auto answer = exchange("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n");
  EXPECT_NE(answer.find(" 503 "), std::string::npos);
}

TEST_F(ServerReceiverTest, SaysContinueBeforeAReceivedBody) {
  start(receiving(), tell());
  auto answer = exchange(post("/upload", 5, "Connection: close\r\nExpect: 100-continue\r\n"));
  EXPECT_NE(answer.find("100 Continue"), std::string::npos);
  EXPECT_NE(answer.find("received 5"), std::string::npos);
}

TEST_F(ServerReceiverTest, LetsGoOfAReceiverWhosePeerIsGone) {
  struct noting final : body_receiver {
    explicit noting(mailbox<int>& g) : gone(g) {}
    ~noting() override { gone.put(1); }
    void take(std::string, std::function<void(result<void>)> done) override { done({}); }
    mailbox<int>& gone;
  };
  mailbox<int> gone;
  auto options = receiving();
  options.receive = [&](const request&) { return std::make_shared<noting>(gone); };
  start(std::move(options), tell());
  {
    auto client = connect();
    client.send("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nxxx");
  }
  EXPECT_TRUE(gone.take());
}

} // namespace
} // namespace weixin::httpd::test
