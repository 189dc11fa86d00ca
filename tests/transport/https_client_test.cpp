#include "tests/transport/client_fixture.hpp"
#include "tests/transport/gzip_text.hpp"

#include <algorithm>

namespace weixin::transport::test {
namespace {

using namespace std::chrono_literals;

struct HttpsClientTest : ClientTest {};

TEST_F(HttpsClientTest, SendsARequestAndReadsItsAnswer) {
  std::promise<std::string> seen;
  serve([&](server_connection& c) {
    seen.set_value(c.read_request());
    c.answer("window.code=201;", "200 OK", "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
    c.wait_for_close();
  });
  auto call = post("{\"a\":1}", "/cgi-bin/mmwebwx-bin/webwxinit?r=1");
  call.request.headers = {{"Content-Type", "application/json; charset=UTF-8"}};
  auto a = ask(call);
  ASSERT_TRUE(a) << to_string(a.error());
  EXPECT_EQ(a->status, 200);
  EXPECT_EQ(a->body, "window.code=201;");
  ASSERT_EQ(a->headers.size(), 3U);
  EXPECT_EQ(a->headers[1].value, "b=2");
  auto request = seen.get_future().get();
  EXPECT_EQ(request.rfind("POST /cgi-bin/mmwebwx-bin/webwxinit?r=1 HTTP/1.1\r\nHost: wx.example.com\r\n", 0),
            0U);
  EXPECT_NE(request.find("\r\n\r\n{\"a\":1}"), std::string::npos);
}

TEST_F(HttpsClientTest, SendsABodyLargerThanTheSocketTakesAtOnce) {
  std::promise<std::string> seen;
  serve([&](server_connection& c) {
    seen.set_value(c.read_request());
    c.answer("ok");
  });
  std::string body;
  for (int i = 0; i < 400'000; ++i)
    body += std::to_string(i) + ",";
  EXPECT_EQ(code_of(ask(post(body))), "");
  auto request = seen.get_future().get();
  EXPECT_TRUE(request.ends_with(body));
}

TEST_F(HttpsClientTest, ReadsALargeAnswerWhole) {
  std::string body;
  for (int i = 0; i < 400'000; ++i)
    body += std::to_string(i) + ",";
  serve(always_answer(body));
  auto call = get();
  call.limits.max_body_bytes = body.size();
  auto a = ask(call);
  ASSERT_TRUE(a) << to_string(a.error());
  EXPECT_EQ(a->body, body);
}

TEST_F(HttpsClientTest, TakesHostNamesInAnyCase) {
  serve([](server_connection& c) { c.answer(c.read_request()); });
  host_allowed = [](std::string_view name) { return name == "wx.example.com"; };
  auto call = get();
  call.request.host = "WX.Example.COM";
  auto a = ask(call);
  ASSERT_TRUE(a) << to_string(a.error());
  EXPECT_NE(a->body.find("Host: wx.example.com\r\n"), std::string::npos);
}

TEST_F(HttpsClientTest, KeepsAConnectionForTheNextCall) {
  serve(always_answer("ok"));
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(server->connections(), 1U);
}

TEST_F(HttpsClientTest, NeverUsesAConnectionOfOneHostForAnother) {
  serve(always_answer("ok"));
  ask(get());
  auto elsewhere = get();
  elsewhere.request.host = "file.example.com";
  EXPECT_EQ(code_of(ask(elsewhere)), "tls_failed") << "the server's certificate does not name that host";
  EXPECT_EQ(server->connections(), 2U);
}

TEST_F(HttpsClientTest, ClosesAConnectionThatTheServerWantsClosed) {
  serve([](server_connection& c) {
    c.read_request();
    c.answer("ok", "200 OK", "Connection: close\r\n");
    c.wait_for_close();
  });
  EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_TRUE(server->wait_for_ended(1));
  EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(server->connections(), 2U);
}

TEST_F(HttpsClientTest, ClosesAConnectionThatHoldsMoreThanTheAnswer) {
  serve([](server_connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    c.wait_for_close();
  });
  auto a = ask(get());
  ASSERT_TRUE(a) << to_string(a.error());
  EXPECT_EQ(a->body, "ok");
  EXPECT_TRUE(server->wait_for_ended(1));
}

TEST_F(HttpsClientTest, ThrowsAwayAConnectionOnWhichTheServerSpokeUnasked) {
  std::promise<void> spoken;
  serve([&](server_connection& c) {
    c.read_request();
    c.answer("first");
    if (c.number() == 0) {
      c.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
      spoken.set_value();
    }
    c.wait_for_close();
  });
  ask(get());
  spoken.get_future().wait();
  auto a = ask(get());
  ASSERT_TRUE(a) << to_string(a.error());
  EXPECT_EQ(a->body, "first");
  EXPECT_EQ(server->connections(), 2U);
}

TEST_F(HttpsClientTest, ClosesAnIdleConnectionAfterAWhile) {
  options.idle_timeout = 50ms;
  serve(always_answer("ok"));
  EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_TRUE(server->wait_for_ended(1));
  EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(server->connections(), 2U);
}

TEST_F(HttpsClientTest, RunsOnlySoManyCallsOfAnAccountAtATime) {
  std::promise<void> release;
  auto released = release.get_future().share();
  std::atomic<int> busy{0}, most{0};
  serve([&, released](server_connection& c) {
    while (!c.read_request().empty()) {
      most = std::max(most.load(), ++busy);
      released.wait();
      --busy;
      c.answer("ok");
    }
  });
  std::vector<std::future<answer>> pending;
  for (int i = 0; i < 12; ++i)
    pending.push_back(start(get()));
  release.set_value();
  for (auto& p : pending)
    EXPECT_EQ(code_of(wait(std::move(p))), "");
  EXPECT_LE(most, 4);
  EXPECT_LE(server->connections(), 4U);
}

TEST_F(HttpsClientTest, AnswersWaitingCallsInOrderOfArrival) {
  options.max_connections_per_account = 1;
  std::mutex mutex;
  std::string order;
  serve([&](server_connection& c) {
    for (auto r = c.read_request(); !r.empty(); r = c.read_request()) {
      std::lock_guard lock{mutex};
      order += r.substr(5, 1);
      c.answer("ok");
    }
  });
  std::vector<std::future<answer>> pending;
  for (char name : {'a', 'b', 'c', 'd', 'e'})
    pending.push_back(start(get(std::string{"/"} + name)));
  for (auto& p : pending)
    EXPECT_EQ(code_of(wait(std::move(p))), "");
  EXPECT_EQ(order, "abcde");
}

TEST_F(HttpsClientTest, RefusesMoreWaitingCallsThanItsQueueHolds) {
  options.max_connections_per_account = 1;
  options.max_waiting_calls_per_account = 2;
  std::promise<void> release;
  auto released = release.get_future().share();
  serve([released](server_connection& c) {
    while (!c.read_request().empty()) {
      released.wait();
      c.answer("ok");
    }
  });
  std::vector<std::future<answer>> pending;
  for (int i = 0; i < 3; ++i)
    pending.push_back(start(get()));
  EXPECT_EQ(code_of(ask(get())), "queue_full");
  release.set_value();
  for (auto& p : pending)
    EXPECT_EQ(code_of(wait(std::move(p))), "");
}

TEST_F(HttpsClientTest, CountsTheWaitForAFreeConnectionAgainstTheDeadline) {
  options.max_connections_per_account = 1;
  serve([](server_connection& c) { c.wait_for_close(); });
  auto blocking = start(get());
  auto waiting = ask(get("/", 50ms));
  EXPECT_EQ(code_of(waiting), "timed_out");
  EXPECT_FALSE(waiting.error().request_left);
  on_shard([](http_client& c) { c.close(); });
  EXPECT_EQ(code_of(wait(std::move(blocking))), "cancelled");
}

TEST_F(HttpsClientTest, GivesUpAnIdleConnectionToAnotherHostRatherThanPassTheLimit) {
  options.max_connections_per_account = 1;
  options.idle_timeout = 10min; // not what closes it here
  serve_as(issue(authority(), {.host = "*.example.com"}), always_answer("ok"));
  EXPECT_EQ(code_of(ask(get())), "");
  auto elsewhere = get();
  elsewhere.request.host = "file.example.com";
  EXPECT_EQ(code_of(ask(elsewhere)), "");
  EXPECT_TRUE(server->wait_for_ended(1)) << "the connection to the first host is still open";
}

TEST_F(HttpsClientTest, AsksForGzipAndUndoesIt) {
  serve([](server_connection& c) {
    auto request = c.read_request();
    auto asked = request.find("\r\nAccept-Encoding: gzip\r\n") != std::string::npos;
    c.answer(gzip(asked ? "zipped on request" : "nobody asked"), "200 OK", "Content-Encoding: gzip\r\n");
  });
  auto a = ask(get());
  ASSERT_TRUE(a) << to_string(a.error());
  EXPECT_EQ(a->body, "zipped on request");
}

TEST_F(HttpsClientTest, JoinsChunks) {
  serve([](server_connection& c) {
    while (!c.read_request().empty()) {
      c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
      c.send("6\r\n world\r\n0\r\n\r\n");
    }
  });
  for (int i = 0; i < 2; ++i) {
    auto a = ask(get());
    ASSERT_TRUE(a) << to_string(a.error());
    EXPECT_EQ(a->body, "hello world");
  }
  EXPECT_EQ(server->connections(), 1U);
}

TEST_F(HttpsClientTest, DoesNotFollowARedirect) {
  serve([](server_connection& c) {
    c.read_request();
    c.answer("", "301 Moved Permanently", "Location: https://other.example.com/\r\n");
    c.wait_for_close();
  });
  auto a = ask(get());
  ASSERT_TRUE(a) << to_string(a.error());
  EXPECT_EQ(a->status, 301);
  EXPECT_EQ(server->connections(), 1U);
}

TEST_F(HttpsClientTest, TellsMetricsTheLabelAndTheResultOfEveryCall) {
  serve([](server_connection& c) {
    for (auto r = c.read_request(); !r.empty(); r = c.read_request())
      c.answer("", r.substr(5, 3) + " Status");
  });
  ask(get("/200"));
  ask(get("/302"));
  ask(get("/404"));
  ask(get("/503"));
  auto bad = get("no slash");
  bad.label = "other";
  ask(bad);
  std::string all;
  for (const auto& c : calls())
    all += c.label + "=" + c.result + " ";
  EXPECT_EQ(all, "test=ok test=ok test=http_4xx test=http_5xx other=invalid_argument ");
}

TEST_F(HttpsClientTest, CompletesNeverFromInsideStart) {
  serve(always_answer("ok"));
  std::promise<bool> inside_at_completion;
  bool inside = false;
  on_shard([&](http_client& client) {
    auto call = get();
    call.request.host = "fails before anything else";
    inside = true;
    client.start(call, [&](answer) { inside_at_completion.set_value(inside); });
    inside = false;
  });
  EXPECT_FALSE(inside_at_completion.get_future().get());
}

TEST_F(HttpsClientTest, EndsEveryCallUnderWayWhenClosed) {
  serve([](server_connection& c) { c.wait_for_close(); });
  std::vector<std::future<answer>> pending;
  for (int i = 0; i < 10; ++i)
    pending.push_back(start(get()));
  on_shard([](http_client& c) { c.close(); });
  for (auto& p : pending)
    EXPECT_EQ(code_of(wait(std::move(p))), "cancelled");
}

TEST_F(HttpsClientTest, TakesNewCallsAfterAClose) {
  serve([](server_connection& c) {
    for (auto r = c.read_request(); !r.empty(); r = c.read_request())
      if (r.find("/poll") == std::string::npos) c.answer("ok");
  });
  EXPECT_EQ(code_of(ask(get())), "");
  auto poll = start(get("/poll"));
  on_shard([](http_client& c) { c.close(); });
  EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(code_of(wait(std::move(poll))), "cancelled");
}

TEST_F(HttpsClientTest, CompletesItsCallsAlsoWhenItIsDestroyed) {
  serve([](server_connection& c) { c.wait_for_close(); });
  auto pending = start(get());
  on_shard([](http_client&) {});
  destroy_client();
  EXPECT_EQ(code_of(wait(std::move(pending))), "cancelled");
  EXPECT_TRUE(server->wait_for_ended(server->connections()));
}

TEST_F(HttpsClientTest, MayBeDestroyedByACompletion) {
  serve([](server_connection& c) {
    for (auto r = c.read_request(); !r.empty(); r = c.read_request())
      if (r.find("/poll") == std::string::npos) c.answer("ok");
  });
  auto owned = another_client();
  std::promise<std::string> done, poll_done;
  on_shard([&](http_client&) {
    owned->start(get("/poll"), [&](answer a) { poll_done.set_value(code_of(a)); });
    owned->start(get(), [&](answer a) {
      owned.reset();
      done.set_value(code_of(a));
    });
  });
  EXPECT_EQ(done.get_future().get(), "");
  EXPECT_EQ(poll_done.get_future().get(), "cancelled");
}

} // namespace
} // namespace weixin::transport::test
