#include "tests/transport/client_fixture.hpp"

namespace weixin::transport::test {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::address;
using boost::asio::ip::make_address;

/// Where an account may connect to, and when it should not try.
struct HttpsClientPolicyTest : ClientTest {
  /// No detour: names are looked up, here always with that answer.
  void look_up_as(std::vector<std::string> addresses) {
    options.loopback_only = false;
    hooks.look_up = [this, addresses](const std::string&) -> result<std::vector<address>> {
      ++lookups;
      std::vector<address> all;
      for (const auto& text : addresses)
        all.push_back(make_address(text));
      return all;
    };
  }
  std::atomic<int> lookups{0};
};

TEST_F(HttpsClientPolicyTest, NeverConnectsToAHostOutsideTheTable) {
  serve(always_answer("ok"));
  host_allowed = [](std::string_view name) { return name == "file.example.com"; };
  const std::vector<std::string> names{"wx.example.com",
                                       "file.example.com.evil.example",
                                       "evil-file.example.com",
                                       "127.0.0.1",
                                       "2130706433",
                                       "[::1]",
                                       "localhost",
                                       "file.example.com:443",
                                       "file.example.com@evil.example",
                                       "file.example.com/..",
                                       "",
                                       ".",
                                       "file.example.com.",
                                       "file.example.com\r\nX: y",
                                       std::string{"file.example.com\0.evil.example", 30}};
  for (const auto& name : names) {
    auto call = get();
    call.request.host = name;
    EXPECT_EQ(code_of(ask(call)), "host_not_allowed") << name;
  }
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(HttpsClientPolicyTest, LeavesAHostThatIsNoHostNameOutOfTheError) {
  serve(always_answer("ok"));
  auto call = get();
  call.request.host = "a\x1b[2Jb";
  auto a = ask(call);
  ASSERT_FALSE(a);
  EXPECT_EQ(a.error().context, "test: not a host name");
}

TEST_F(HttpsClientPolicyTest, RefusesNamesThatLeadToSpecialAddresses) {
  look_up_as({"127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00::1", "0.0.0.0"});
  EXPECT_EQ(code_of(ask(get())), "host_not_allowed");
  EXPECT_EQ(lookups, 1);
}

TEST_F(HttpsClientPolicyTest, LooksNothingUpWhenOnlyLoopbackIsAllowed) {
  look_up_as({"127.0.0.1"});
  options.loopback_only = true;
  EXPECT_EQ(code_of(ask(get())), "host_not_allowed");
  EXPECT_EQ(lookups, 0);
}

TEST_F(HttpsClientPolicyTest, RefusesADetourThatLeavesTheMachineWhenOnlyLoopbackIsAllowed) {
  look_up_as({"203.0.113.1"});
  options.loopback_only = true;
  options.connect_to = "proxy.example.com:8443";
  EXPECT_EQ(code_of(ask(get())), "host_not_allowed");
  EXPECT_EQ(lookups, 1);
}

TEST_F(HttpsClientPolicyTest, RefusesALiteralDetourThatLeavesTheMachineWhenOnlyLoopbackIsAllowed) {
  options.connect_to = "203.0.113.1:8443";
  EXPECT_EQ(code_of(ask(get())), "host_not_allowed");
}

TEST_F(HttpsClientPolicyTest, FollowsADetourByName) {
  look_up_as({"127.0.0.1"});
  serve(always_answer("ok"));
  auto port = server->address().substr(server->address().find(':'));
  options.connect_to = "detour.example.com" + port;
  options.loopback_only = true;
  EXPECT_EQ(code_of(ask(get())), "");
}

TEST_F(HttpsClientPolicyTest, TriesTheNextAddressWhenOneDoesNotAnswer) {
  look_up_as({"127.0.0.2", "127.0.0.1"});
  serve(always_answer("ok"));
  auto port = server->address().substr(server->address().find(':'));
  options.connect_to = "detour.example.com" + port;
  EXPECT_EQ(code_of(ask(get())), "");
}

TEST_F(HttpsClientPolicyTest, TriesBothFamiliesBeforeItGivesUp) {
  look_up_as({"::1", "::1", "::1", "::1", "::1", "127.0.0.1"});
  serve(always_answer("ok"));
  auto port = server->address().substr(server->address().find(':'));
  options.connect_to = "detour.example.com" + port;
  EXPECT_EQ(code_of(ask(get())), "");
}

TEST_F(HttpsClientPolicyTest, ReportsANameThatDoesNotExist) {
  options.loopback_only = false;
  hooks.look_up = [](const std::string&) -> result<std::vector<address>> {
    return fail(errc::dns_failed, "Name or service not known");
  };
  auto a = ask(get());
  EXPECT_EQ(code_of(a), "dns_failed");
  EXPECT_FALSE(a.error().request_left);
}

TEST_F(HttpsClientPolicyTest, GivesUpALookupThatHangs) {
  std::promise<void> release;
  options.loopback_only = false;
  options.resolve_timeout = 50ms;
  hooks.look_up = [released =
                       release.get_future().share()](const std::string&) -> result<std::vector<address>> {
    released.wait();
    return std::vector<address>{};
  };
  EXPECT_EQ(code_of(ask(get())), "dns_failed");
  EXPECT_EQ(code_of(ask(get("/", 10ms))), "timed_out");
  release.set_value();
}

TEST_F(HttpsClientPolicyTest, FailsCleanlyWhenTheNetworkStopsDuringALookup) {
  std::promise<void> asked, release;
  options.loopback_only = false;
  hooks.look_up =
      [&asked, released = release.get_future().share()](const std::string&) -> result<std::vector<address>> {
    asked.set_value();
    released.wait();
    return std::vector<address>{};
  };
  auto pending = start(get());
  asked.get_future().wait();
  net().stop();
  EXPECT_EQ(code_of(wait(std::move(pending))), "cancelled");
  release.set_value();
}

/// The breaker as its callers meet it, in virtual time.
struct HttpsClientBreakerTest : ClientTest {
  HttpsClientBreakerTest() {
    hooks.now = [this] {
      return std::chrono::steady_clock::time_point{std::chrono::seconds{seconds.load()}};
    };
    // A status for every request, as the test sets it; 0 hangs up.
    script = [this](server_connection& c) {
      while (!c.read_request().empty()) {
        ++requests;
        if (status == 0) return c.cut();
        c.answer("", std::to_string(status.load()) + " Status");
      }
    };
  }
  void fail_times(int count) {
    for (int i = 0; i < count; ++i)
      ask(get());
  }
  breaker_state state() { return net().breaker_states().at(0).state; }

  std::atomic<int> seconds{1000}, status{503}, requests{0};
  tls_test_server::script script;
};

TEST_F(HttpsClientBreakerTest, OpensAfterFiveServerErrors) {
  serve(script);
  fail_times(5);
  EXPECT_EQ(requests, 5);
  EXPECT_EQ(code_of(ask(get())), "breaker_open");
  EXPECT_EQ(requests, 5);
  EXPECT_EQ(state(), breaker_state::open);
  EXPECT_EQ(net().breaker_states().at(0).host, "wx.example.com");
}

TEST_F(HttpsClientBreakerTest, OpensAfterFiveLostConnections) {
  serve(script);
  status = 0;
  fail_times(5);
  EXPECT_EQ(code_of(ask(get())), "breaker_open");
}

TEST_F(HttpsClientBreakerTest, DoesNotCountRefusals) {
  serve(script);
  for (int refusal : {400, 403, 404, 301, 429}) {
    status = refusal;
    fail_times(5);
  }
  EXPECT_EQ(state(), breaker_state::closed);
}

TEST_F(HttpsClientBreakerTest, DoesNotCountCallsThatTheCallerGaveUp) {
  serve([](server_connection& c) { c.wait_for_close(); });
  for (int i = 0; i < 10; ++i) {
    auto pending = start(get());
    on_shard([](http_client& c) { c.close(); });
    EXPECT_EQ(code_of(wait(std::move(pending))), "cancelled");
  }
  EXPECT_EQ(code_of(ask(get("/", 10ms))), "timed_out");
}

TEST_F(HttpsClientBreakerTest, ProbesAfterThePauseAndClosesAgain) {
  serve(script);
  fail_times(5);
  seconds += 10;
  EXPECT_EQ(code_of(ask(get())), "") << "the probe, answered with 503";
  EXPECT_EQ(requests, 6);
  seconds += 19;
  EXPECT_EQ(code_of(ask(get())), "breaker_open");
  seconds += 1;
  status = 200;
  EXPECT_EQ(code_of(ask(get())), "");
  EXPECT_EQ(state(), breaker_state::closed);
}

TEST_F(HttpsClientBreakerTest, IsSharedByAllAccounts) {
  serve(script);
  fail_times(5);
  auto other = another_client();
  std::promise<std::string> done;
  on_shard([&](http_client&) { other->start(get(), [&](answer a) { done.set_value(code_of(a)); }); });
  EXPECT_EQ(done.get_future().get(), "breaker_open");
  on_shard([&](http_client&) { other.reset(); });
}

TEST_F(HttpsClientBreakerTest, StaysClosedForOthersWhileOneAccountFails) {
  serve(script);
  auto other = another_client();
  auto asks = [&] {
    std::promise<std::string> done;
    on_shard([&](http_client&) { other->start(get(), [&](answer a) { done.set_value(code_of(a)); }); });
    return done.get_future().get();
  };
  status = 200;
  EXPECT_EQ(asks(), "");
  status = 500;
  fail_times(20);
  status = 200;
  EXPECT_EQ(asks(), "");
  on_shard([&](http_client&) { other.reset(); });
}

} // namespace
} // namespace weixin::transport::test
