#include "notify/http_post.hpp"

#include "tests/notify/tiny_server.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace weixin::notify {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::tiny_server;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using verdict = attempt::verdict;

struct HttpPost : ::testing::Test {
  static void SetUpTestSuite() { prepare_http(); }
  HttpPost() { options.loopback_only = true; }

  http_post_options options;
  stop_signal stop;

  attempt post_to(const std::string& url, const std::string& body = "{}") {
    return post(url, {{"X-Weixind-Id", "n-1"}}, body, options, stop);
  }
};

TEST_F(HttpPost, SendsTheBodyWithItsHeaders) {
  tiny_server server{{answer(204)}};
  auto a = post_to(server.url("/hook?x=1"), R"({"event":"held"})");
  EXPECT_EQ(a.what, verdict::delivered);
  EXPECT_EQ(a.detail, "HTTP 204");
  auto request = server.requests().at(0);
  EXPECT_THAT(request, StartsWith("POST /hook?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Weixind-Id: n-1\r\n"));
  EXPECT_THAT(request, EndsWith("\r\n\r\n{\"event\":\"held\"}"));
  EXPECT_THAT(request, Not(HasSubstr("Expect:")));
}

TEST_F(HttpPost, TellsTheStatusesApart) {
  tiny_server server{{answer(503), answer(404), answer(429, "Retry-After: 120\r\n")}};
  EXPECT_EQ(post_to(server.url()).what, verdict::try_again);
  auto missing = post_to(server.url());
  EXPECT_EQ(missing.what, verdict::refused);
  EXPECT_EQ(missing.detail, "HTTP 404");
  EXPECT_EQ(missing.retry_after, std::nullopt);
  auto busy = post_to(server.url());
  EXPECT_EQ(busy.what, verdict::try_again);
  EXPECT_EQ(busy.retry_after, 120s);
}

TEST_F(HttpPost, BoundsWhatItIsAskedToWait) {
  tiny_server server{{answer(503, "Retry-After: 99999999\r\n")}};
  EXPECT_EQ(post_to(server.url()).retry_after, 1h);
}

TEST_F(HttpPost, FollowsNoRedirect) {
  tiny_server elsewhere{{answer(200)}};
  tiny_server server{{answer(302, "Location: " + elsewhere.url() + "\r\n")}};
  auto a = post_to(server.url());
  EXPECT_EQ(a.what, verdict::refused);
  EXPECT_EQ(a.detail, "HTTP 302");
  EXPECT_THAT(elsewhere.requests(), SizeIs(0));
}

TEST_F(HttpPost, SpeaksNothingButHttp) {
  for (auto url : {"file:///etc/passwd", "ftp://127.0.0.1/", "telnet://127.0.0.1:9/", "dict://127.0.0.1:9/x"})
    EXPECT_EQ(post_to(url).what, verdict::refused) << url;
}

TEST_F(HttpPost, UsesNoProxyOfTheEnvironment) {
  tiny_server proxy{{answer(200)}};
  tiny_server server{{answer(204)}};
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  auto a = post_to(server.url());
  ::unsetenv("http_proxy");
  EXPECT_EQ(a.detail, "HTTP 204");
  EXPECT_THAT(proxy.requests(), SizeIs(0));
}

TEST_F(HttpPost, RefusesAddressesThatAreNotLoopback) {
  for (auto url : {"http://192.0.2.1/", "http://[2001:db8::1]/", "http://0.0.0.0:9/"}) {
    auto a = post_to(url);
    EXPECT_EQ(a.what, verdict::refused) << url;
    EXPECT_EQ(a.detail, "address is not loopback") << url;
  }
}

TEST_F(HttpPost, ReadsNoEndlessBody) {
  tiny_server server{{answer(200, "", std::string(10'000'000, 'x'))}};
  EXPECT_EQ(post_to(server.url()).detail, "HTTP 200") << "the status is all that counts";
}

TEST_F(HttpPost, ReadsNoEndlessHead) {
  std::string head;
  for (int i = 0; i < 1'000; ++i)
    head += "X-Filler: " + std::string(1'000, 'x') + "\r\n";
  tiny_server server{{answer(200, head)}};
  EXPECT_EQ(post_to(server.url()).what, verdict::try_again);
}

TEST_F(HttpPost, GivesUpOnAServerThatSaysNothing) {
  tiny_server server{{""}};
  options.total_timeout = 100ms;
  auto a = post_to(server.url());
  EXPECT_EQ(a.what, verdict::try_again);
  EXPECT_EQ(a.detail, "timed out");
}

TEST_F(HttpPost, TriesAgainWhereNobodyListens) {
  std::string url;
  {
    tiny_server gone{{answer(200)}};
    url = gone.url();
  }
  auto a = post_to(url);
  EXPECT_EQ(a.what, verdict::try_again);
  EXPECT_EQ(a.detail, "not connected");
}

TEST_F(HttpPost, IsStoppedInTheMiddle) {
  tiny_server server{{""}};
  attempt a;
  auto began = std::chrono::steady_clock::now();
  std::thread caller{[&] { a = post_to(server.url()); }};
  while (server.requests().empty())
    std::this_thread::yield();
  stop.set();
  caller.join();
  EXPECT_EQ(a.detail, "stopped");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST_F(HttpPost, NamesNoAddressInWhatItTells) {
  for (auto url :
       {"http://127.0.0.1:1/token-7f", "https://127.0.0.1:1/token-7f", "http://192.0.2.7/token-7f"})
    EXPECT_THAT(post_to(url).detail, Not(HasSubstr("7f"))) << url;
}

} // namespace
} // namespace weixin::notify
