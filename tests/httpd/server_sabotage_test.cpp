#include "tests/httpd/server_fixture.hpp"

namespace weixin::httpd::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

class ServerSabotage : public server_test {
protected:
  void start_spoiling(sabotage how) {
    start(tcp_options(), [how](request, responder r) { r.spoil(how); });
  }
};

TEST_F(ServerSabotage, ClosesWithoutAnAnswer) {
  start_spoiling(sabotage::close);
  auto client = connect();
  client.send(get);
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_FALSE(client.was_reset());
}

TEST_F(ServerSabotage, ResetsWithoutAnAnswer) {
  start_spoiling(sabotage::reset);
  auto client = connect();
  client.send(get);
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_TRUE(client.was_reset());
}

TEST_F(ServerSabotage, StallsUntilThePeerGivesUp) {
  auto options = tcp_options();
  options.header_deadline = options.body_deadline = options.idle_deadline = options.write_deadline = 300ms;
  start(options, [](request, responder r) { r.spoil(sabotage::stall); });
  auto client = connect();
  client.send(get);
  EXPECT_TRUE(client.still_open_after(600ms));
  client.end_sending();
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerSabotage, SendsRawBytesAndCloses) {
  start([](request, responder r) { r.send_raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"); });
  auto client = connect();
  client.send(get);
  EXPECT_EQ(client.read_to_end(), "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
}

TEST_F(ServerSabotage, CutsAStreamAfterWhatWasWritten) {
  start(tcp_options(), [](request, responder r) {
    r.start_stream({});
    r.write("abc");
    r.spoil(sabotage::close);
  });
  auto client = connect();
  client.send(get);
  EXPECT_EQ(body_of(client.read_to_end().value_or("")), "3\r\nabc\r\n");
}

} // namespace
} // namespace weixin::httpd::test
