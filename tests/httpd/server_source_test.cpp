// Answers whose body comes from a source: whole, in step with the reader, and cut when the source fails.
#include "tests/httpd/server_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>

namespace weixin::httpd::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

/// Gives `size` bytes, and counts.
struct numbered_source final : body_source {
  struct counts {
    std::atomic<std::size_t> given{0};
    std::atomic<std::size_t> largest{0};
    std::atomic<bool> gone{false};
  };

  numbered_source(std::size_t n, std::shared_ptr<counts> c) : left(n), seen(std::move(c)) {}
  ~numbered_source() override { seen->gone = true; }
  void read(std::size_t most, std::function<void(result<std::string>)> done) override {
    auto size = std::min(most, left);
    left -= size;
    seen->given += size;
    seen->largest = std::max(seen->largest.load(), size);
    done(std::string(size, 'b'));
  }

  std::size_t left;
  std::shared_ptr<counts> seen;
};

class ServerSource : public server_test {
protected:
  std::shared_ptr<numbered_source::counts> seen = std::make_shared<numbered_source::counts>();

  response picture() { return {.status = 200, .content_type = "image/jpeg", .headers = {}, .body = {}}; }
  /// Answers every request with so many bytes, of which the source has so many.
  handler bytes(std::size_t length, std::size_t available) {
    return [this, length, available](request, responder r) {
      r.send_from(picture(), length, std::make_shared<numbered_source>(available, seen));
    };
  }
  handler bytes(std::size_t length) { return bytes(length, length); }
};

TEST_F(ServerSource, ArrivesWholeWithItsLengthAndKeepsTheConnection) {
  start(bytes(1'000'000));
  auto client = connect();
  for (int i = 0; i < 2; ++i) {
    client.send(get);
    auto answer = client.read_answer();
    EXPECT_THAT(answer.substr(0, 400), HasSubstr("Content-Length: 1000000\r\n"));
    EXPECT_EQ(body_of(answer), std::string(1'000'000, 'b'));
  }
  EXPECT_LE(seen->largest, 64U * 1024);
}

TEST_F(ServerSource, IsNotReadForHeadNorForNothing) {
  start(bytes(1'000'000));
  auto client = connect();
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Content-Length: 1000000\r\n"));
  EXPECT_EQ(seen->given, 0U);
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("200 OK"));
}

TEST_F(ServerSource, WaitsForASlowReaderInsteadOfFillingTheMemory) {
  start(bytes(50'000'000));
  auto client = connect(16 * 1024);
  client.send(get);
  client.read_until("\r\n\r\n");
  client.still_open_after(300ms); // reads a little
  auto given = seen->given.load();
  EXPECT_LT(given, 50'000'000U);
}

TEST_F(ServerSource, EndsAReaderThatTakesNothingAndLetsTheSourceGo) {
  auto options = unix_options();
  options.write_deadline = 200ms;
  start(options, bytes(50'000'000));
  auto client = connect(16 * 1024);
  client.send(get);
  EXPECT_TRUE(client.wait_for_hang_up());
  stop();
  EXPECT_TRUE(seen->gone);
  EXPECT_LT(seen->given, 50'000'000U);
}

TEST_F(ServerSource, IsLetGoWhenTheReaderVanishes) {
  start(bytes(50'000'000));
  {
    auto client = connect(16 * 1024);
    client.send(get);
    client.read_until("\r\n\r\n");
    client.reset();
  }
  auto end = std::chrono::steady_clock::now() + 20s;
  while (!seen->gone && std::chrono::steady_clock::now() < end)
    on_server_thread([] {});
  EXPECT_TRUE(seen->gone);
}

TEST_F(ServerSource, CutsTheConnectionWhenItEndsEarly) {
  start(bytes(1'000'000, 300'000));
  auto client = connect();
  client.send(get);
  auto all = client.read_to_end();
  ASSERT_TRUE(all);
  EXPECT_LT(body_of(*all).size(), 1'000'000U) << "the reader sees that the end is missing";
}

TEST_F(ServerSource, CutsTheConnectionWhenItFails) {
  struct broken final : body_source {
    void read(std::size_t, std::function<void(result<std::string>)> done) override {
      done(fail(errc::io_failed, "test"));
    }
  };
  start([this](request, responder r) { r.send_from(picture(), 10, std::make_shared<broken>()); });
  auto client = connect();
  client.send(get);
  ASSERT_TRUE(client.read_to_end());
}

TEST_F(ServerSource, MayAnswerFromAnotherThreadAndNeverAnswer) {
  struct silent final : body_source {
    void read(std::size_t, std::function<void(result<std::string>)>) override {}
  };
  auto options = unix_options();
  options.write_deadline = 200ms;
  start(options, [this](request, responder r) { r.send_from(picture(), 10, std::make_shared<silent>()); });
  auto client = connect();
  client.send(get);
  EXPECT_TRUE(client.wait_for_hang_up()) << "a disk that hangs holds no connection";
}

} // namespace
} // namespace weixin::httpd::test
