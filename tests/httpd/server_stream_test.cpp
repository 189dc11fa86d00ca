#include "httpd/sse.hpp"
#include "tests/httpd/server_fixture.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace weixin::httpd::test {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

response event_stream() {
  return {.status = 200, .content_type = "text/event-stream", .headers = {}, .body = {}};
}

class ServerStream : public server_test {
protected:
  std::optional<responder> open(raw_client& client, std::string_view bytes = get) {
    client.send(bytes);
    auto r = waiting.take();
    if (r) r->start_stream(event_stream());
    return r;
  }
};

TEST_F(ServerStream, ArrivesPieceByPieceInChunks) {
  start(keep());
  auto client = connect();
  auto r = open(client);
  ASSERT_TRUE(r);
  auto head = client.read_until("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(r->write(to_string(sse_event{"1", "state", "up"})));
  EXPECT_EQ(client.read_until("\n\n\r\n"), "1d\r\nid: 1\nevent: state\ndata: up\n\n\r\n");
  EXPECT_TRUE(r->write(""));
  EXPECT_TRUE(r->write("more"));
  EXPECT_EQ(client.read_until("more\r\n"), "4\r\nmore\r\n");
}

TEST_F(ServerStream, LeavesTheConnectionToTheNextRequestWhenItIsFinished) {
  start(keep());
  auto client = connect();
  auto r = open(client);
  ASSERT_TRUE(r);
  r->write("x");
  r->finish();
  EXPECT_FALSE(r->write("y"));
  client.read_until("0\r\n\r\n");
  ASSERT_TRUE(open(client));
}

TEST_F(ServerStream, GoesToHttp10WithoutChunks) {
  start(keep());
  auto client = connect();
  auto r = open(client, "GET / HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(r);
  r->write("abc");
  r->write("def");
  r->finish();
  auto answer = client.read_to_end().value_or("");
  EXPECT_EQ(body_of(answer), "abcdef");
  EXPECT_THAT(answer, Not(HasSubstr("chunked")));
}

TEST_F(ServerStream, EndsWithItsHeadWhenHeadWasAsked) {
  start(keep());
  auto client = connect();
  auto r = open(client, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(r);
  client.read_until("\r\n\r\n");
  ASSERT_TRUE(open(client));
}

TEST_F(ServerStream, IsCutWhenTheReaderIsTooSlow) {
  auto options = tcp_options();
  options.max_stream_backlog_bytes = 100'000;
  mailbox<int> gone;
  start(options, keep());
  auto client = connect(4096);
  auto r = open(client);
  ASSERT_TRUE(r);
  r->on_gone([&] { gone.put(1); });
  std::size_t accepted = 0;
  while (r->write(std::string(10'000, 'a')) && accepted < 1'000'000'000)
    accepted += 10'000;
  EXPECT_LT(accepted, 1'000'000'000u);
  EXPECT_TRUE(gone.take());
  EXPECT_FALSE(r->write("x"));
  auto received = client.read_to_end();
  ASSERT_TRUE(received);
  EXPECT_THAT(*received, Not(EndsWith("0\r\n\r\n")));
}

TEST_F(ServerStream, RefusesAPieceLargerThanTheBacklog) {
  auto options = unix_options();
  options.max_stream_backlog_bytes = 10;
  start(options, keep());
  auto client = connect();
  auto r = open(client);
  ASSERT_TRUE(r);
  EXPECT_FALSE(r->write("12345678901"));
  EXPECT_TRUE(client.read_to_end());
}

TEST_F(ServerStream, GivesTheBacklogBackAsTheReaderReads) {
  auto options = unix_options();
  options.max_stream_backlog_bytes = 1000;
  start(options, keep());
  auto client = connect();
  auto r = open(client);
  ASSERT_TRUE(r);
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(r->write(std::string(900, 'a') + "end"));
    client.read_until("end\r\n");
    on_server_thread([] {});
  }
}

TEST_F(ServerStream, TellsWhenTheReaderIsGone) {
  mailbox<int> gone;
  start(keep());
  auto client = connect();
  auto r = open(client);
  ASSERT_TRUE(r);
  r->on_gone([&] { gone.put(1); });
  client.read_until("\r\n\r\n");
  client.close();
  EXPECT_TRUE(gone.take());
  EXPECT_FALSE(r->write("x"));
}

TEST_F(ServerStream, HasNoProperEndWhenItIsDropped) {
  start(keep());
  auto client = connect();
  auto r = open(client);
  ASSERT_TRUE(r);
  r->write("abc");
  client.read_until("abc\r\n");
  r.reset();
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerStream, KeepsTheOrderOfEachWritingThread) {
  start(keep());
  auto client = connect();
  auto r = open(client);
  ASSERT_TRUE(r);
  auto write = [&](std::string name) {
    for (int i = 0; i < 500; ++i)
      EXPECT_TRUE(r->write(name + std::to_string(i) + ";"));
  };
  std::thread a{write, "a"};
  std::thread b{write, "b"};
  a.join();
  b.join();
  r->finish();
  auto all = client.read_until("0\r\n\r\n");
  for (std::string name : {"a", "b"}) {
    std::size_t at = 0;
    for (int i = 0; i < 500; ++i) {
      at = all.find(name + std::to_string(i) + ";", at);
      ASSERT_NE(at, std::string::npos) << name << i;
    }
  }
}

TEST_F(ServerStream, RefusesPiecesAfterTheServerStopped) {
  start(keep());
  auto client = connect();
  auto r = open(client);
  ASSERT_TRUE(r);
  client.read_until("\r\n\r\n");
  stop();
  EXPECT_FALSE(r->write("x"));
}

} // namespace
} // namespace weixin::httpd::test
