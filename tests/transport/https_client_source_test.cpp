#include "tests/transport/client_fixture.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace weixin::transport::test {
namespace {

using namespace std::chrono_literals;

/// Gives letters, in pieces of at most 64 KiB, from a thread of its own each time.
class letters : public body_source {
public:
  explicit letters(std::uint64_t size, std::size_t piece = 64 * 1024) : size_(size), piece_(piece) {}
  ~letters() override {
    for (auto& t : threads_)
      t.join();
  }

  std::uint64_t size() const override { return size_; }
  void read(std::function<void(result<std::string>)> done) override {
    ++asked;
    if (asked == fail_at) return done(fail(errc::file_gone, "test"));
    if (asked == empty_at) return done(std::string{});
    if (asked == endless_at) return done(std::string(piece_, 'x'));
    auto piece = part(given_, std::min<std::uint64_t>(piece_, size_ - given_));
    given_ += piece.size();
    threads_.emplace_back([piece = std::move(piece), done = std::move(done)] { done(piece); });
  }

  static std::string part(std::uint64_t from, std::uint64_t size) {
    std::string text;
    for (std::uint64_t i = 0; i < size; ++i)
      text += static_cast<char>('a' + (from + i) % 23);
    return text;
  }

  std::atomic<int> asked{0};
  int fail_at = -1, empty_at = -1, endless_at = -1;

private:
  std::uint64_t size_;
  std::uint64_t given_ = 0;
  std::size_t piece_;
  std::vector<std::thread> threads_;
};

struct HttpsClientSourceTest : ClientTest {
  static http_call streaming(std::shared_ptr<body_source> source, std::string first = "") {
    auto call = post(std::move(first));
    call.source = std::move(source);
    return call;
  }
};

TEST_F(HttpsClientSourceTest, SendsAStreamedBodyBehindTheOneInMemory) {
  std::string got;
  serve([&](server_connection& c) {
    for (auto r = c.read_request(); !r.empty(); r = c.read_request()) {
      got = r;
      c.answer("ok");
    }
  });
  auto source = std::make_shared<letters>(1'000'000, 10'007);
  auto a = ask(streaming(source, "first "));
  ASSERT_EQ(code_of(a), "");
  EXPECT_EQ(a->body, "ok");
  EXPECT_NE(got.find("Content-Length: 1000006\r\n"), std::string::npos);
  EXPECT_TRUE(got.ends_with("\r\n\r\nfirst " + letters::part(0, 1'000'000)));
  ASSERT_EQ(code_of(ask(streaming(std::make_shared<letters>(5)))), "");
  EXPECT_EQ(server->connections(), 1U) << "the connection is used again";
}

TEST_F(HttpsClientSourceTest, AsksForThePiecesNoFasterThanTheServerTakesThem) {
  serve([](server_connection& c) { c.wait_for_stop(); });
  auto source = std::make_shared<letters>(1'000'000'000);
  auto call = streaming(source);
  call.limits.deadline = 300ms;
  auto a = ask(std::move(call));
  EXPECT_EQ(code_of(a), "timed_out");
  EXPECT_TRUE(a.error().request_left);
  EXPECT_LT(source->asked, 500) << "of some 15,000 pieces";
}

TEST_F(HttpsClientSourceTest, ListensToAServerThatAnswersBeforeItHasAll) {
  serve([](server_connection& c) {
    c.answer("too large", "413 Content Too Large");
    c.wait_for_close();
  });
  auto source = std::make_shared<letters>(1'000'000'000);
  auto a = ask(streaming(source));
  ASSERT_EQ(code_of(a), "");
  EXPECT_EQ(a->status, 413);
  EXPECT_EQ(a->body, "too large");
  EXPECT_LT(source->asked, 500);
  EXPECT_TRUE(server->wait_for_ended(1)) << "the connection is not used again";
}

TEST_F(HttpsClientSourceTest, ListensToAServerThatAnswersWhileItReadsNothing) {
  serve([](server_connection& c) {
    EXPECT_TRUE(c.peer_leaves_within(20s)) << "something of the request is there";
    c.answer("payment", "402 Payment Required");
    c.wait_for_stop();
  });
  auto a = ask(streaming(std::make_shared<letters>(1'000'000'000)));
  ASSERT_EQ(code_of(a), "");
  EXPECT_EQ(a->status, 402);
}

TEST_F(HttpsClientSourceTest, TellsThatTheConnectionWasLostInTheMiddle) {
  serve([](server_connection& c) {
    EXPECT_TRUE(c.peer_leaves_within(20s)) << "something of the request is there";
    c.reset();
  });
  auto a = ask(streaming(std::make_shared<letters>(1'000'000'000)));
  EXPECT_EQ(code_of(a), "connection_lost");
  EXPECT_TRUE(a.error().request_left);
  EXPECT_EQ(server->connections(), 1U) << "what may have arrived is not sent again";
}

TEST_F(HttpsClientSourceTest, EndsWithTheSourcesError) {
  serve([](server_connection& c) { c.read_request(); });
  auto source = std::make_shared<letters>(1'000'000);
  source->fail_at = 3;
  auto a = ask(streaming(source));
  EXPECT_EQ(code_of(a), "file_gone");
  EXPECT_TRUE(a.error().request_left);
  EXPECT_TRUE(server->wait_for_ended(1)) << "nobody else may use half a request";
}

TEST_F(HttpsClientSourceTest, RefusesASourceThatDoesNotKeepItsWord) {
  serve([](server_connection& c) { c.read_request(); });
  auto empty = std::make_shared<letters>(1'000'000);
  empty->empty_at = 2;
  EXPECT_EQ(code_of(ask(streaming(empty))), "invalid_argument");
  auto endless = std::make_shared<letters>(100'000);
  endless->endless_at = 2;
  EXPECT_EQ(code_of(ask(streaming(endless))), "invalid_argument");
}

TEST_F(HttpsClientSourceTest, HasNoBodyForAGet) {
  serve([](server_connection& c) { c.read_request(); });
  auto call = get();
  call.source = std::make_shared<letters>(5);
  EXPECT_EQ(code_of(ask(std::move(call))), "invalid_argument");
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(HttpsClientSourceTest, EndsAtTheDeadlineWhileTheSourceHasNothing) {
  struct silent : body_source {
    std::uint64_t size() const override { return 10; }
    void read(std::function<void(result<std::string>)> done) override { kept = std::move(done); }
    std::function<void(result<std::string>)> kept;
  };
  serve([](server_connection& c) { c.read_request(); });
  auto call = streaming(std::make_shared<silent>());
  call.limits.deadline = 200ms;
  EXPECT_EQ(code_of(ask(std::move(call))), "timed_out");
}

} // namespace
} // namespace weixin::transport::test
