#include "tests/transport/client_fixture.hpp"

#include <openssl/ssl.h>

namespace weixin::transport::test {
namespace {

using namespace std::chrono_literals;

struct HttpsClientTlsTest : ClientTest {
  void expect_refusal() {
    auto a = ask(post("secret"));
    EXPECT_EQ(code_of(a), "tls_failed");
    if (a) return;
    EXPECT_NE(a.error().context.find("wx.example.com"), std::string::npos) << a.error().context;
    EXPECT_FALSE(a.error().request_left);
    EXPECT_EQ(requests, 0);
  }
  tls_test_server::script counting() {
    return [this](server_connection& c) {
      while (!c.read_request().empty()) {
        ++requests;
        c.answer("ok");
      }
    };
  }
  static tls_test_server::script one_request_a_connection() {
    return [](server_connection& c) {
      c.read_request();
      c.answer("ok", "200 OK", "Connection: close\r\n");
      c.wait_for_close();
    };
  }
  std::atomic<int> requests{0};
};

TEST_F(HttpsClientTlsTest, RefusesACertificateOfAnotherHost) {
  serve_as(issue(authority(), {.host = "wx.example.org"}), counting());
  expect_refusal();
}

TEST_F(HttpsClientTlsTest, RefusesAnExpiredCertificate) {
  serve_as(issue(authority(), {.valid_from_seconds = -7200, .valid_to_seconds = -3600}), counting());
  expect_refusal();
}

TEST_F(HttpsClientTlsTest, RefusesACertificateFromTheFuture) {
  serve_as(issue(authority(), {.valid_from_seconds = 3600, .valid_to_seconds = 7200}), counting());
  expect_refusal();
}

TEST_F(HttpsClientTlsTest, RefusesASelfSignedCertificate) {
  serve_as(make_self_signed(), counting());
  expect_refusal();
}

TEST_F(HttpsClientTlsTest, RefusesAnAuthorityItDoesNotKnow) {
  serve_as(issue(make_authority("Another Authority")), counting());
  expect_refusal();
}

TEST_F(HttpsClientTlsTest, TrustsOnlyTheGivenFileWhenThereIsOne) {
  serve_as(issue(make_authority()), counting()); // the same name, another key
  expect_refusal();
}

TEST_F(HttpsClientTlsTest, RefusesTlsOlderThan12) {
  serve_as(issue(authority()), counting(), {.max_tls_version = TLS1_1_VERSION});
  expect_refusal();
}

TEST_F(HttpsClientTlsTest, RefusesAServerWithoutTls) {
  serve({}, {.plain_text = true});
  expect_refusal();
}

TEST_F(HttpsClientTlsTest, ChecksTheNameAlsoOnAWildcard) {
  serve_as(issue(authority(), {.host = "*.example.com"}), counting());
  EXPECT_EQ(code_of(ask(get())), "");
  auto deeper = get();
  deeper.request.host = "a.wx.example.com";
  EXPECT_EQ(code_of(ask(deeper)), "tls_failed");
}

TEST_F(HttpsClientTlsTest, ResumesItsSessionWithTls13) {
  serve(one_request_a_connection());
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(server->handshakes(), 6U);
  EXPECT_EQ(server->resumptions(), 5U);
}

TEST_F(HttpsClientTlsTest, ResumesItsSessionWithTls12) {
  serve(one_request_a_connection(), {.max_tls_version = TLS1_2_VERSION});
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(server->handshakes(), 6U);
  EXPECT_EQ(server->resumptions(), 5U);
}

TEST_F(HttpsClientTlsTest, ResumesItsSessionAfterAClose) {
  serve(always_answer("ok"));
  EXPECT_EQ(code_of(ask(get())), "");
  on_shard([](http_client& c) { c.close(); });
  EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(server->resumptions(), 1U);
}

TEST_F(HttpsClientTlsTest, ResumesItsSessionAfterAConnectionWasCut) {
  serve([](server_connection& c) {
    c.read_request();
    c.answer("ok");
    c.read_request();
    c.cut();
  });
  EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(code_of(ask(get())), "") << "on a second connection";
  EXPECT_EQ(server->handshakes(), 2U);
  EXPECT_EQ(server->resumptions(), 1U);
}

TEST_F(HttpsClientTlsTest, TellsFullAndResumedHandshakesAndFailures) {
  std::vector<handshake_end> told; // on the client's thread, which is at rest between two calls
  hooks.on_handshake = [&](handshake_end how, std::chrono::duration<double> took) {
    EXPECT_GT(took.count(), 0);
    told.push_back(how);
  };
  serve(one_request_a_connection());
  EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(code_of(ask(get())), "");
  auto elsewhere = get();
  elsewhere.request.host = "wx.example.org";
  EXPECT_EQ(code_of(ask(elsewhere)), "tls_failed");
  EXPECT_EQ(told, (std::vector{handshake_end::full, handshake_end::resumed, handshake_end::failed}));
}

TEST_F(HttpsClientTlsTest, CountsTheConnectionsThatAreOpen) {
  serve(always_answer("ok"));
  EXPECT_EQ(net().connections_open(), 0U);
  EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(net().connections_open(), 1U) << "it waits for the next call";
  EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(net().connections_open(), 1U);
  on_shard([](http_client& c) { c.close(); });
  EXPECT_EQ(net().connections_open(), 0U);
}

TEST_F(HttpsClientTlsTest, NeverUsesOneSessionForTwoAccounts) {
  serve(one_request_a_connection());
  EXPECT_EQ(code_of(ask(get())), "");
  std::promise<std::string> done;
  std::shared_ptr<http_client> other = another_client();
  on_shard([&](http_client&) { other->start(get(), [&](answer a) { done.set_value(code_of(a)); }); });
  EXPECT_EQ(done.get_future().get(), "");
  on_shard([&](http_client&) { other.reset(); });
  EXPECT_EQ(server->handshakes(), 2U);
  EXPECT_EQ(server->resumptions(), 0U);
}

TEST_F(HttpsClientTlsTest, ManyAccountsGetThroughANarrowGateOfHandshakes) {
  options.max_concurrent_handshakes = 1;
  serve(always_answer("ok"));
  std::vector<std::shared_ptr<http_client>> accounts;
  std::vector<std::future<std::string>> pending;
  for (int i = 0; i < 20; ++i)
    accounts.push_back(another_client());
  on_shard([&](http_client&) {
    for (auto& account : accounts) {
      auto done = std::make_shared<std::promise<std::string>>();
      pending.push_back(done->get_future());
      account->start(get(), [done](answer a) { done->set_value(code_of(a)); });
    }
  });
  for (auto& p : pending)
    EXPECT_EQ(p.get(), "");
  on_shard([&](http_client&) { accounts.clear(); });
  EXPECT_EQ(server->handshakes(), 20U);
}

/// Several accounts that call at the same time.
struct HttpsClientHandshakeRateTest : HttpsClientTlsTest {
  std::vector<std::shared_ptr<http_client>> accounts;

  std::future<answer> call(std::chrono::milliseconds deadline = 20s) {
    accounts.push_back(another_client());
    auto done = std::make_shared<std::promise<answer>>();
    on_shard([&](http_client&) {
      accounts.back()->start(get("/", deadline), [done](answer a) { done->set_value(std::move(a)); });
    });
    return done->get_future();
  }
  void TearDown() override {
    on_shard([&](http_client&) { accounts.clear(); });
    HttpsClientTlsTest::TearDown();
  }
};

TEST_F(HttpsClientHandshakeRateTest, AllAccountsTogetherKeepIt) {
  options.tls_handshakes_per_second = 20;
  serve(always_answer("ok"));
  call().get();
  call().get(); // what may begin at once is used up
  auto begin = std::chrono::steady_clock::now();
  std::vector<std::future<answer>> pending;
  for (int i = 0; i < 10; ++i)
    pending.push_back(call());
  for (auto& p : pending)
    EXPECT_EQ(code_of(p.get()), "");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 400ms);
}

TEST_F(HttpsClientHandshakeRateTest, RefusesAtOnceWhoseTurnWouldComeAfterTheDeadline) {
  options.tls_handshakes_per_second = 0.001;
  serve(always_answer("ok"));
  EXPECT_EQ(code_of(call().get()), "");
  for (int i = 0; i < 6; ++i) {
    auto refused = call(10min).get();
    ASSERT_EQ(code_of(refused), "queue_full");
    EXPECT_FALSE(refused.error().request_left);
  }
  EXPECT_EQ(net().breaker_states().front().state, breaker_state::closed) << "it is no failure of the host";
  std::promise<answer> again;
  on_shard([&](http_client&) {
    accounts.front()->start(get(), [&](answer a) { again.set_value(std::move(a)); });
  });
  EXPECT_EQ(code_of(again.get_future().get()), "") << "an open connection needs no handshake";
}

TEST_F(HttpsClientHandshakeRateTest, GivesATurnBackThatIsNotWantedAnyMore) {
  options.tls_handshakes_per_second = 0.1;
  serve(always_answer("ok"));
  EXPECT_EQ(code_of(call().get()), "");
  for (int i = 0; i < 3; ++i) {
    auto waits = call(15s); // its turn comes in 10 s; after another one's it would be too late
    on_shard([&](http_client&) { accounts.back()->close(); });
    EXPECT_EQ(code_of(waits.get()), "cancelled");
  }
}

} // namespace
} // namespace weixin::transport::test
