#include "tests/transport/client_fixture.hpp"
#include "tests/transport/gzip_text.hpp"

namespace weixin::transport::test {
namespace {

using namespace std::chrono_literals;

/// What goes wrong between two machines, and what the caller learns from it.
struct HttpsClientFaultsTest : ClientTest {
  void answer_with(std::string bytes) {
    serve([bytes = std::move(bytes)](server_connection& c) {
      c.read_request();
      c.send(bytes);
      c.wait_for_close();
    });
  }

  /// The call fails with that code, may have reached the server, and its connection is gone.
  void expect_failure(http_call call, const std::string& code) {
    auto a = ask(std::move(call));
    EXPECT_EQ(code_of(a), code);
    if (!a) {
      EXPECT_TRUE(a.error().request_left);
    }
    EXPECT_TRUE(server->wait_for_ended(1)) << "the connection is kept";
  }
};

struct stage {
  const char* name;
  const char* bytes;
};

struct HttpsClientStallTest : HttpsClientFaultsTest, testing::WithParamInterface<stage> {};

TEST_P(HttpsClientStallTest, EndsAtTheDeadline) {
  answer_with(GetParam().bytes);
  auto before = std::chrono::steady_clock::now();
  expect_failure(get("/", 200ms), "timed_out");
  auto took = std::chrono::steady_clock::now() - before;
  EXPECT_GE(took, 200ms);
  EXPECT_LT(took, 10s);
}

INSTANTIATE_TEST_SUITE_P(
    Stages, HttpsClientStallTest,
    testing::Values(stage{"BeforeTheStatus", ""}, stage{"InTheStatus", "HTTP/1.1 2"},
                    stage{"InTheHeader", "HTTP/1.1 200 OK\r\nContent-Le"},
                    stage{"InTheBody", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"},
                    stage{"InAChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello"},
                    stage{"BeforeTheLastChunk",
                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"},
                    stage{"WithoutALength", "HTTP/1.1 200 OK\r\n\r\nhello"}),
    [](const auto& tested) { return std::string{tested.param.name}; });

TEST_F(HttpsClientFaultsTest, DoesNotGrantMoreTimeToADrippingServer) {
  serve([](server_connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (!c.peer_leaves_within(2ms))
      c.send("x");
  });
  expect_failure(get("/", 200ms), "timed_out");
}

TEST_F(HttpsClientFaultsTest, EndsAtTheDeadlineWhileTheServerReadsNothing) {
  serve([](server_connection& c) { c.wait_for_stop(); });
  auto call = post(std::string(16 * 1024 * 1024, 'x'));
  call.limits.deadline = 200ms;
  auto a = ask(call);
  EXPECT_EQ(code_of(a), "timed_out");
  EXPECT_TRUE(a.error().request_left);
}

TEST_F(HttpsClientFaultsTest, EndsAtItsOwnLimitWhenNoHandshakeComes) {
  options.handshake_timeout = 100ms;
  serve({}, {.stall_handshake = true});
  auto a = ask(get());
  EXPECT_EQ(code_of(a), "tls_failed");
  EXPECT_FALSE(a.error().request_left);
}

TEST_F(HttpsClientFaultsTest, EndsAtTheDeadlineDuringAHandshake) {
  serve({}, {.stall_handshake = true});
  auto a = ask(get("/", 100ms));
  EXPECT_EQ(code_of(a), "timed_out");
  EXPECT_FALSE(a.error().request_left);
}

TEST_F(HttpsClientFaultsTest, ReportsAConnectionThatIsRefused) {
  serve(always_answer("ok"));
  server.reset();
  auto a = ask(get());
  EXPECT_EQ(code_of(a), "connect_failed");
  EXPECT_FALSE(a.error().request_left);
}

TEST_F(HttpsClientFaultsTest, ReportsAResetInTheMiddleOfTheAnswer) {
  serve([](server_connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    c.reset();
  });
  expect_failure(get(), "connection_lost");
}

TEST_F(HttpsClientFaultsTest, ReportsAResetInsteadOfAnAnswer) {
  serve([](server_connection& c) {
    c.read_request();
    c.reset();
  });
  expect_failure(post("text"), "connection_lost");
  EXPECT_EQ(server->connections(), 1U) << "a request that may have left is not repeated";
}

TEST_F(HttpsClientFaultsTest, ReportsAServerThatHangsUpBeforeItHasTheWholeRequest) {
  serve([](server_connection& c) { c.cut(); });
  expect_failure(post(std::string(16 * 1024 * 1024, 'x')), "connection_lost");
}

TEST_F(HttpsClientFaultsTest, ReportsABodyShorterThanAnnounced) {
  serve([](server_connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    c.close();
  });
  expect_failure(get(), "connection_lost");
}

TEST_F(HttpsClientFaultsTest, DoesNotTrustAnEndThatTlsDidNotAnnounce) {
  serve([](server_connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\n\r\nhello");
    c.cut();
  });
  expect_failure(get(), "connection_lost");
}

TEST_F(HttpsClientFaultsTest, TakesAnAnswerWithoutLengthThatEndsProperly) {
  serve([](server_connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\n\r\nhello");
    c.close();
  });
  auto a = ask(get());
  ASSERT_TRUE(a) << to_string(a.error());
  EXPECT_EQ(a->body, "hello");
}

TEST_F(HttpsClientFaultsTest, ReportsBrokenChunking) {
  answer_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n");
  expect_failure(get(), "malformed_answer");
}

TEST_F(HttpsClientFaultsTest, ReportsGarbage) {
  answer_with("\x16\x03\x01 this is not HTTP\r\n\r\n");
  expect_failure(get(), "malformed_answer");
}

TEST_F(HttpsClientFaultsTest, StopsAtTheLimitOfTheHeader) {
  answer_with("HTTP/1.1 200 OK\r\nA: " + std::string(3000, 'x') + "\r\n\r\n");
  auto call = get();
  call.limits.max_header_bytes = 2000;
  expect_failure(call, "answer_too_large");
}

TEST_F(HttpsClientFaultsTest, StopsAtTheLimitOfTheBody) {
  answer_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + std::string(0x400, 'x') +
              "\r\n");
  auto call = get();
  call.limits.max_body_bytes = 1000;
  expect_failure(call, "answer_too_large");
}

TEST_F(HttpsClientFaultsTest, StopsAGzipBomb) {
  auto bomb = gzip(std::string(32 * 1024 * 1024, '\0'));
  answer_with("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(bomb.size()) +
              "\r\n\r\n" + bomb);
  expect_failure(get(), "answer_too_large");
}

TEST_F(HttpsClientFaultsTest, NamesTheLabelAndTheHostButNeverTheTarget) {
  answer_with("garbage\r\n\r\n");
  auto call = get("/cgi-bin/webwxsync?skey=CANARY");
  call.request.headers = {{"Cookie", "CANARY"}};
  auto a = ask(call);
  ASSERT_FALSE(a);
  EXPECT_EQ(a.error().context.rfind("test wx.example.com", 0), 0U) << a.error().context;
  EXPECT_EQ(a.error().context.find("CANARY"), std::string::npos);
}

/// A server that closes a connection while it is idle, and the call that comes just then.
struct HttpsClientStaleTest : ClientTest {
  /// Answers one request; at the next on the same connection it hangs up without a byte.
  void serve_stale() {
    serve([this](server_connection& c) {
      if (c.read_request().empty()) return;
      ++answered;
      c.answer("ok");
      if (c.number() == 0) {
        c.read_request();
        ++dropped;
        c.cut();
        return;
      }
      c.wait_for_close();
    });
  }
  std::atomic<int> answered{0}, dropped{0};
};

TEST_F(HttpsClientStaleTest, RepeatsAGetOnAFreshConnection) {
  serve_stale();
  EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(server->connections(), 2U);
  EXPECT_EQ(dropped, 1);
}

TEST_F(HttpsClientStaleTest, NeverRepeatsAPostThatMayHaveLeft) {
  serve_stale();
  EXPECT_EQ(code_of(ask(get())), "");
  auto a = ask(post("message"));
  EXPECT_EQ(code_of(a), "connection_lost");
  EXPECT_TRUE(a.error().request_left);
  EXPECT_EQ(answered, 1);
  EXPECT_EQ(server->connections(), 1U);
}

TEST_F(HttpsClientStaleTest, SendsAPostOnAFreshConnectionWhenTheOldOneIsKnownToBeClosed) {
  serve([](server_connection& c) {
    c.read_request();
    c.answer("ok");
    c.close(); // without having announced it
  });
  EXPECT_EQ(code_of(ask(get())), "");
  ASSERT_TRUE(server->wait_for_ended(1));
  EXPECT_EQ(code_of(ask(post("message"))), "");
  EXPECT_EQ(server->connections(), 2U);
}

TEST_F(HttpsClientStaleTest, DoesNotRepeatAGetOnAConnectionThatWasFresh) {
  serve([](server_connection& c) {
    c.read_request();
    c.cut();
  });
  auto a = ask(get());
  EXPECT_EQ(code_of(a), "connection_lost");
  EXPECT_TRUE(a.error().request_left);
  EXPECT_EQ(server->connections(), 1U);
}

TEST_F(HttpsClientStaleTest, DoesNotRepeatAGetWhoseAnswerHadBegun) {
  serve([](server_connection& c) {
    c.read_request();
    c.answer("ok");
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\n");
    c.cut();
  });
  EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(code_of(ask(get())), "connection_lost");
  EXPECT_EQ(server->connections(), 1U);
}

} // namespace
} // namespace weixin::transport::test
