#include "tests/transport/client_fixture.hpp"
#include "tests/transport/proxy_test_server.hpp"

#include <boost/asio/ip/address.hpp>

namespace weixin::transport::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

constexpr const char* established = "HTTP/1.1 200 Connection established\r\n\r\n";

/// An account whose connections go through a proxy.
struct HttpsClientProxyTest : ClientTest {
  void TearDown() override {
    destroy_client();
    proxies.clear();
    ClientTest::TearDown();
  }

  proxy_test_server& start_proxy(proxy_test_server::script what) {
    proxies.push_back(std::make_unique<proxy_test_server>(std::move(what)));
    return *proxies.back();
  }
  /// From now on through what `url` names; '%' stands for the port of `through`.
  void use(std::string url, const proxy_test_server& through) {
    url.replace(url.find('%'), 1, std::to_string(through.port()));
    auto parsed = parse_proxy(url);
    ASSERT_TRUE(parsed) << url;
    on_shard([&](http_client& c) { c.use_proxy(std::make_shared<proxy>(*parsed)); });
  }
  void use_none() {
    on_shard([](http_client& c) { c.use_proxy(nullptr); });
  }
  std::uint16_t server_port() const {
    auto address = server->address();
    return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
  }
  /// A CONNECT proxy that takes everybody, and remembers what was asked.
  proxy_test_server::script honest_http() {
    return [this](proxy_connection& c) {
      asked(c.read_head());
      c.send(established);
      c.forward_to(server_port());
    };
  }
  void asked(std::string what) {
    std::lock_guard lock{mutex};
    heads.push_back(std::move(what));
  }

  std::vector<std::unique_ptr<proxy_test_server>> proxies;
  std::mutex mutex;
  std::vector<std::string> heads;
};

TEST_F(HttpsClientProxyTest, ReachesTheServerThroughConnect) {
  serve(always_answer("hello"));
  use("http://127.0.0.1:%", start_proxy(honest_http()));
  auto a = ask(get());
  ASSERT_TRUE(a) << to_string(a.error());
  EXPECT_EQ(a->body, "hello");
  ASSERT_EQ(heads.size(), 1U);
  EXPECT_EQ(heads[0],
            "CONNECT " + server->address() + " HTTP/1.1\r\nHost: " + server->address() + "\r\n\r\n");
}

TEST_F(HttpsClientProxyTest, KeepsItsConnectionThroughTheProxy) {
  serve(always_answer("hello"));
  auto& proxy = start_proxy(honest_http());
  use("http://127.0.0.1:%", proxy);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(ask(get()));
  EXPECT_EQ(proxy.connections(), 1U);
}

TEST_F(HttpsClientProxyTest, CanBeTriedWithoutAskingTheServerAnything) {
  auto requests = std::make_shared<std::atomic<int>>(0);
  serve([requests](server_connection& c) {
    while (!c.read_request().empty()) {
      ++*requests;
      c.answer("hello");
    }
  });
  auto& proxy = start_proxy(honest_http());
  use("http://127.0.0.1:%", proxy);
  ASSERT_TRUE(ask(get()));
  auto before = requests->load();
  auto trial = get("");
  trial.only_connects = true;
  auto a = ask(std::move(trial));
  ASSERT_TRUE(a) << to_string(a.error());
  EXPECT_EQ(a->body, "");
  EXPECT_EQ(proxy.connections(), 2U) << "the open connection proves nothing";
  EXPECT_EQ(requests->load(), before);
}

TEST_F(HttpsClientProxyTest, TellsWhenATrialDoesNotGetThrough) {
  serve(always_answer("hello"));
  use("http://127.0.0.1:%", start_proxy([](proxy_connection& c) {
        c.read_head();
        c.send("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      }));
  for (int i = 0; i < 10; ++i) {
    auto trial = get("");
    trial.only_connects = true;
    EXPECT_EQ(code_of(ask(std::move(trial))), "proxy_failed") << "never the host's breaker";
  }
}

TEST_F(HttpsClientProxyTest, SaysWhoItIsToAnHttpProxy) {
  serve(always_answer("hello"));
  auto& proxy = start_proxy(honest_http());
  use("http://anna:secret@127.0.0.1:%", proxy);
  ASSERT_TRUE(ask(get()));
  ASSERT_EQ(heads.size(), 1U);
  EXPECT_NE(heads[0].find("\r\nProxy-Authorization: Basic YW5uYTpzZWNyZXQ=\r\n"), std::string::npos);
}

TEST_F(HttpsClientProxyTest, ReachesTheServerThroughSocks5) {
  serve(always_answer("hello"));
  std::string greeting, request;
  use("socks5://127.0.0.1:%", start_proxy([&](proxy_connection& c) {
        greeting = c.read(3);
        c.send("\x05\x00"s);
        request = c.read(4 + 1 + 9 + 2);
        c.send("\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50"s);
        c.forward_to(server_port());
      }));
  auto a = ask(get());
  ASSERT_TRUE(a) << to_string(a.error());
  EXPECT_EQ(greeting, "\x05\x01\x00"s);
  auto port = server_port();
  EXPECT_EQ(request, "\x05\x01\x00\x03\x09"s + "127.0.0.1" + static_cast<char>(port >> 8) +
                         static_cast<char>(port & 0xff));
}

TEST_F(HttpsClientProxyTest, SaysWhoItIsToASocks5Proxy) {
  serve(always_answer("hello"));
  std::string greeting, credentials;
  use("socks5://anna:secret@127.0.0.1:%", start_proxy([&](proxy_connection& c) {
        greeting = c.read(4);
        c.send("\x05\x02"s);
        credentials = c.read(1 + 1 + 4 + 1 + 6);
        c.send("\x01\x00"s);
        c.read(4 + 1 + 9 + 2);
        c.send("\x05\x00\x00\x03\x04"
               "abcd\x00\x50"s); // the bound address as a name
        c.forward_to(server_port());
      }));
  auto a = ask(get());
  ASSERT_TRUE(a) << to_string(a.error());
  EXPECT_EQ(greeting, "\x05\x02\x00\x02"s);
  EXPECT_EQ(credentials, "\x01\x04"
                         "anna\x06"
                         "secret"s);
}

TEST_F(HttpsClientProxyTest, GivesNoCredentialsToASocks5ProxyThatWantsNone) {
  serve(always_answer("hello"));
  use("socks5://anna:secret@127.0.0.1:%", start_proxy([&](proxy_connection& c) {
        c.read(4);
        c.send("\x05\x00"s);
        c.read(4 + 1 + 9 + 2);
        c.send("\x05\x00\x00\x04"s + std::string(18, '\0'));
        c.forward_to(server_port());
      }));
  auto a = ask(get());
  EXPECT_TRUE(a) << to_string(a.error());
}

struct refusal {
  const char* what;
  const char* url;
  std::string answer;
  const char* says;
};

TEST_F(HttpsClientProxyTest, SaysWhatAProxyRefuses) {
  serve(always_answer("never"));
  options.handshake_timeout = 300ms;
  const std::vector<refusal> refusals{
      {"credentials missing", "http://127.0.0.1:%", "HTTP/1.1 407 Who\r\n\r\n", "wants a user"},
      {"credentials wrong", "http://u:canary@127.0.0.1:%", "HTTP/1.1 407 Who\r\n\r\n", "refuses the user"},
      {"forbidden", "http://127.0.0.1:%", "HTTP/1.1 403 No\r\n\r\n", "answers 403"},
      {"bad gateway", "http://127.0.0.1:%", "HTTP/1.1 502 No\r\nContent-Length: 3\r\n\r\nbad", "answers 502"},
      {"no HTTP", "http://127.0.0.1:%", "SSH-2.0-x\r\n\r\n", "no HTTP"},
      {"bytes of its own", "http://127.0.0.1:%", std::string{established} + "x", "of its own"},
      {"an endless head", "http://127.0.0.1:%", "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x'), "HTTP"},
      {"no SOCKS", "socks5://127.0.0.1:%", "HTTP/1.1 400 What\r\n\r\n", "does not speak SOCKS5"},
      {"credentials missing", "socks5://127.0.0.1:%", "\x05\xff"s, "wants a user"},
      {"credentials not taken", "socks5://u:canary@127.0.0.1:%", "\x05\xff"s, "takes no user"},
      {"credentials wrong", "socks5://u:canary@127.0.0.1:%", "\x05\x02\x01\x01"s, "refuses the user"},
      {"a method nobody offered", "socks5://127.0.0.1:%", "\x05\x01"s, "not supported"},
      {"rules", "socks5://127.0.0.1:%", "\x05\x00\x05\x02\x00\x01"s, "rules"},
      {"host unreachable", "socks5://127.0.0.1:%", "\x05\x00\x05\x04\x00\x01"s, "host unreachable"},
      {"an unknown reply", "socks5://127.0.0.1:%", "\x05\x00\x05\x63\x00\x01"s, "of its own"},
      {"an unknown address", "socks5://127.0.0.1:%", "\x05\x00\x05\x00\x00\x09"s, "does not speak SOCKS5"},
  };
  for (const auto& r : refusals) {
    // The proxy's threads outlive the table.
    auto& proxy = start_proxy([answer = r.answer](proxy_connection& c) {
      c.send(answer);
      c.wait_for_close();
    });
    use(r.url, proxy);
    auto a = ask(get());
    ASSERT_EQ(code_of(a), "proxy_failed") << r.what;
    EXPECT_NE(a.error().context.find(r.says), std::string::npos) << r.what << ": " << a.error().context;
    EXPECT_EQ(a.error().context.find("canary"), std::string::npos) << r.what;
    EXPECT_FALSE(a.error().request_left) << r.what;
  }
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(HttpsClientProxyTest, GivesUpOnAProxyThatSaysNothing) {
  serve(always_answer("never"));
  options.handshake_timeout = 50ms;
  use("http://127.0.0.1:%", start_proxy([](proxy_connection& c) { c.wait_for_close(); }));
  auto a = ask(get());
  ASSERT_EQ(code_of(a), "proxy_failed");
  EXPECT_NE(a.error().context.find("in time"), std::string::npos) << a.error().context;
}

TEST_F(HttpsClientProxyTest, TellsAProxyThatIsAwayFromWeixinThatIsAway) {
  serve(always_answer("never"));
  std::string url;
  {
    proxy_test_server gone{[](proxy_connection&) {}};
    url = "http://127.0.0.1:" + std::to_string(gone.port());
  }
  on_shard([&](http_client& c) { c.use_proxy(std::make_shared<proxy>(*parse_proxy(url))); });
  EXPECT_EQ(code_of(ask(get())), "proxy_failed");
  on_shard(
      [&](http_client& c) { c.use_proxy(std::make_shared<proxy>(*parse_proxy("http://proxy.invalid:1"))); });
  EXPECT_EQ(code_of(ask(get())), "proxy_failed");
}

TEST_F(HttpsClientProxyTest, ChecksTheServersCertificateThroughTheProxyToo) {
  auto stranger = make_authority();
  serve_as(issue(stranger), always_answer("never"));
  use("http://127.0.0.1:%", start_proxy(honest_http()));
  EXPECT_EQ(code_of(ask(get())), "tls_failed");
}

TEST_F(HttpsClientProxyTest, LeavesTheOldWayWhenTheProxyChanges) {
  serve(always_answer("hello"));
  ASSERT_TRUE(ask(get()));
  EXPECT_EQ(server->connections(), 1U);
  auto& proxy = start_proxy(honest_http());
  use("http://127.0.0.1:%", proxy);
  ASSERT_TRUE(ask(get()));
  EXPECT_EQ(proxy.connections(), 1U) << "not on the idle connection of before";
  use_none();
  ASSERT_TRUE(ask(get()));
  EXPECT_EQ(proxy.connections(), 1U);
  EXPECT_EQ(server->connections(), 3U);
}

TEST_F(HttpsClientProxyTest, EndsACallOnTheWayThatItBeganOn) {
  std::promise<void> arrived, may_answer;
  serve([&](server_connection& c) {
    while (!c.read_request().empty()) {
      if (c.number() == 0) {
        arrived.set_value();
        may_answer.get_future().wait();
      }
      c.answer("hello");
    }
  });
  auto slow = start(get());
  arrived.get_future().wait();
  auto& proxy = start_proxy(honest_http());
  use("http://127.0.0.1:%", proxy);
  may_answer.set_value();
  EXPECT_TRUE(wait(std::move(slow)));
  ASSERT_TRUE(ask(get()));
  EXPECT_EQ(proxy.connections(), 1U) << "the old connection is used no more";
}

TEST_F(HttpsClientProxyTest, DoesNotBlameTheHostForTheProxy) {
  serve(always_answer("hello"));
  options.handshake_timeout = 300ms;
  use("http://127.0.0.1:%", start_proxy([](proxy_connection& c) {
        c.read_head();
        c.send("HTTP/1.1 403 No\r\n\r\n");
      }));
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(code_of(ask(get())), "proxy_failed");
  use_none();
  EXPECT_TRUE(ask(get())) << "its breaker is closed";
}

TEST_F(HttpsClientProxyTest, NeverLeavesLoopbackThroughAProxy) {
  serve(always_answer("never"));
  options.loopback_only = true;
  on_shard(
      [](http_client& c) { c.use_proxy(std::make_shared<proxy>(*parse_proxy("http://192.0.2.1:3128"))); });
  EXPECT_EQ(code_of(ask(get())), "host_not_allowed");
}

TEST_F(HttpsClientProxyTest, AsksNoProxyForARealHostWhileOnlyLoopbackIsAllowed) {
  options.loopback_only = true;
  options.connect_to.clear();
  options.ca_file.clear();
  auto& proxy = start_proxy([](proxy_connection& c) { c.wait_for_close(); });
  use("http://127.0.0.1:%", proxy);
  EXPECT_EQ(code_of(ask(get())), "host_not_allowed");
  EXPECT_EQ(proxy.connections(), 0U);
}

TEST_F(HttpsClientProxyTest, LeavesNamesToTheProxy) {
  options.loopback_only = false; // every name leads to the proxy on loopback
  options.ca_file.clear();
  std::atomic<int> lookups{0};
  hooks.look_up = [&](const std::string& name) -> result<std::vector<boost::asio::ip::address>> {
    ++lookups;
    EXPECT_EQ(name, "proxy.example.com");
    return std::vector<boost::asio::ip::address>{boost::asio::ip::make_address("127.0.0.1")};
  };
  use("http://proxy.example.com:%", start_proxy([this](proxy_connection& c) {
        asked(c.read_head());
        c.send("HTTP/1.1 403 No\r\n\r\n");
      }));
  EXPECT_EQ(code_of(ask(get())), "proxy_failed");
  ASSERT_EQ(heads.size(), 1U);
  EXPECT_EQ(heads[0].substr(0, heads[0].find('\r')), "CONNECT wx.example.com:443 HTTP/1.1");
  EXPECT_EQ(lookups, 1);
}

} // namespace
} // namespace weixin::transport::test
