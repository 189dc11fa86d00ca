#include "tests/transport/client_fixture.hpp"

#include <condition_variable>
#include <mutex>

namespace weixin::transport::test {
namespace {

using namespace std::chrono_literals;

/// Keeps what it is given, and answers when the test says so.
class held_sink : public body_sink {
public:
  void write(std::string piece, std::function<void(result<void>)> done) override {
    std::lock_guard lock{mutex_};
    largest_ = std::max(largest_, piece.size());
    if (pending_) overlapped_ = true;
    text_ += piece;
    if (open_) return done({});
    pending_ = std::move(done);
    arrived_.notify_all();
  }

  bool wait_for_piece() {
    std::unique_lock lock{mutex_};
    return arrived_.wait_for(lock, 20s, [this] { return pending_ != nullptr; });
  }
  void answer(result<void> outcome) {
    std::function<void(result<void>)> done;
    {
      std::lock_guard lock{mutex_};
      done = std::exchange(pending_, nullptr);
    }
    done(std::move(outcome));
  }
  /// From now on every piece is taken at once.
  void open() {
    std::function<void(result<void>)> done;
    {
      std::lock_guard lock{mutex_};
      open_ = true;
      done = std::exchange(pending_, nullptr);
    }
    if (done) done({});
  }
  std::string text() {
    std::lock_guard lock{mutex_};
    return text_;
  }
  std::size_t largest() const { return largest_; }
  bool overlapped() const { return overlapped_; }

private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::function<void(result<void>)> pending_;
  std::string text_;
  std::size_t largest_ = 0;
  bool open_ = false;
  bool overlapped_ = false;
};

struct HttpsClientSinkTest : ClientTest {
  HttpsClientSinkTest() {
    for (int i = 0; body.size() < 8'000'000; ++i)
      body += std::to_string(i) + ",";
  }
  http_call download(std::size_t limit = 100'000'000) {
    auto call = get("/webwxgetmsgimg");
    call.limits.max_body_bytes = limit;
    call.sink = sink;
    return call;
  }
  std::string body;
  std::shared_ptr<held_sink> sink = std::make_shared<held_sink>();
};

TEST_F(HttpsClientSinkTest, StreamsTheBodyInSmallPieces) {
  serve(always_answer(body));
  sink->open();
  auto a = ask(download());
  ASSERT_TRUE(a) << to_string(a.error());
  EXPECT_EQ(a->body, "");
  EXPECT_EQ(sink->text(), body);
  EXPECT_LE(sink->largest(), 64U * 1024);
  EXPECT_EQ(code_of(ask(get())), "answer_too_large") << "the connection goes on with the next call";
  EXPECT_EQ(server->connections(), 1U);
}

TEST_F(HttpsClientSinkTest, ShowsTheHeadBeforeTheFirstPieceAndOnlyOnce) {
  struct seeing_sink final : held_sink {
    result<void> begin(const http_response& head) override {
      heads += std::to_string(head.status) + " " + std::string{find_header(head.headers, "Content-Length")};
      return refusal ? result<void>{*refusal} : result<void>{};
    }
    std::string heads;
    std::optional<error> refusal;
  };
  serve(always_answer(body));
  auto seeing = std::make_shared<seeing_sink>();
  sink = seeing;
  sink->open();
  ASSERT_TRUE(ask(download()));
  EXPECT_EQ(seeing->heads, "200 " + std::to_string(body.size()));
  seeing->refusal = fail(errc::invalid_argument, "not this one");
  EXPECT_EQ(code_of(ask(download())), "invalid_argument");
  EXPECT_EQ(sink->text(), body) << "no piece of what was refused";
}

TEST_F(HttpsClientSinkTest, TakesNoBodyThatIsLongerThanItSaid) {
  serve([](server_connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345and more");
    c.wait_for_close();
  });
  sink->open();
  EXPECT_EQ(code_of(ask(download())), "malformed_answer");
}

TEST_F(HttpsClientSinkTest, ReadsNothingWhileTheSinkIsBusy) {
  constexpr int times = 6; // 48 MB: more than the kernel's buffers take
  std::atomic<bool> finished{false};
  serve([&](server_connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(times * body.size()) + "\r\n\r\n");
    for (int i = 0; i < times; ++i)
      c.send(body);
    finished = true;
    c.wait_for_close();
  });
  auto pending = start(download());
  ASSERT_TRUE(sink->wait_for_piece());
  auto taken = sink->text().size();
  // The shard turns meanwhile, but nothing more arrives.
  for (int i = 0; i < 50; ++i)
    on_shard([](http_client&) {});
  EXPECT_EQ(sink->text().size(), taken);
  EXPECT_FALSE(finished);
  sink->open();
  auto a = wait(std::move(pending));
  EXPECT_EQ(code_of(a), "");
  EXPECT_EQ(sink->text().size(), times * body.size());
  EXPECT_FALSE(sink->overlapped());
}

TEST_F(HttpsClientSinkTest, EndsTheCallWithTheSinksError) {
  serve(always_answer(body));
  auto pending = start(download());
  ASSERT_TRUE(sink->wait_for_piece());
  sink->answer(fail(errc::disk_full, "media"));
  auto a = wait(std::move(pending));
  EXPECT_EQ(code_of(a), "disk_full");
  EXPECT_TRUE(server->wait_for_ended(1));
  EXPECT_EQ(net().breaker_states().at(0).failures, 0U) << "not the host's fault";
}

TEST_F(HttpsClientSinkTest, EndsAtTheDeadlineWhenTheSinkNeverAnswers) {
  serve(always_answer(body));
  auto call = download();
  call.limits.deadline = 3s; // long enough for the first piece on a busy machine
  EXPECT_EQ(code_of(ask(call)), "timed_out");
  ASSERT_TRUE(sink->wait_for_piece());
  sink->answer({}); // too late, and harmless
  EXPECT_EQ(net().breaker_states().at(0).failures, 0U);
}

TEST_F(HttpsClientSinkTest, StopsAtTheLimitOfTheWholeFile) {
  serve([this](server_connection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 100; ++i)
      c.send("3e8\r\n" + body.substr(0, 1000) + "\r\n");
    c.wait_for_close();
  });
  sink->open();
  EXPECT_EQ(code_of(ask(download(50'000))), "answer_too_large");
  EXPECT_LE(sink->text().size(), 50'000U);
}

TEST_F(HttpsClientSinkTest, KeepsTheBodyOfARefusalOutOfTheSink) {
  serve([](server_connection& c) {
    c.read_request();
    c.answer("no such picture", "404 Not Found");
    c.wait_for_close();
  });
  sink->open();
  auto a = ask(download());
  ASSERT_TRUE(a) << to_string(a.error());
  EXPECT_EQ(a->status, 404);
  EXPECT_EQ(a->body, "no such picture");
  EXPECT_EQ(sink->text(), "");
}

TEST_F(HttpsClientSinkTest, AsksForTheFileAsItIs) {
  serve([](server_connection& c) {
    auto plain = c.read_request().find("\r\nAccept-Encoding: identity\r\n") != std::string::npos;
    c.answer(plain ? "plain" : "zipped");
    c.wait_for_close();
  });
  sink->open();
  EXPECT_EQ(code_of(ask(download())), "");
  EXPECT_EQ(sink->text(), "plain");
}

TEST_F(HttpsClientSinkTest, EndsWithTheClientWhileTheSinkIsBusy) {
  serve(always_answer(body));
  auto pending = start(download());
  ASSERT_TRUE(sink->wait_for_piece());
  destroy_client();
  EXPECT_EQ(code_of(wait(std::move(pending))), "cancelled");
  sink->answer({});
}

} // namespace
} // namespace weixin::transport::test
