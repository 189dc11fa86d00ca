#include "tests/ctl/program.hpp"

#include <gmock/gmock.h>

namespace weixin::ctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string event(int id, const std::string& account, const std::string& state) {
  return "id: " + std::to_string(id) + "\nevent: state\ndata: {\"account\":\"" + account +
         "\",\"at\":\"2026-01-31T08:00:00Z\",\"state\":\"" + state + "\"}\n\n";
}

class Events : public ProgramTest {};

TEST_F(Events, AreOneLineEach) {
  server.on("GET /v1/events",
            {event_stream(": hello\n\n" + event(1, "a-1", "online") + event(2, "b-2", "held"), false)});
  auto e = run({"events", "--count", "2"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "2026-01-31T08:00:00Z  a-1  state  online\n"
                   "2026-01-31T08:00:00Z  b-2  state  held\n");
  EXPECT_THAT(server.header_of("GET /v1/events", "Accept"), ElementsAre("text/event-stream"));
}

TEST_F(Events, AreJsonLines) {
  server.on("GET /v1/events", {event_stream(event(1, "a-1", "online"), false)});
  auto e = run({"events", "--count", "1", "-o", "json"});
  EXPECT_EQ(
      e.out,
      R"({"id":"1","event":"state","data":{"account":"a-1","at":"2026-01-31T08:00:00Z","state":"online"}})"
      "\n");
}

TEST_F(Events, AreWrittenAsTheyArrive) {
  server.on("GET /v1/events", {event_stream(event(1, "a-1", "online"), false)});
  auto e = run({"events"}, {.ends_after = "online\n"});
  EXPECT_THAT(e.out, HasSubstr("a-1  state  online\n"));
}

TEST_F(Events, GoOnWithTheLastIdAfterALostConnection) {
  server.on("GET /v1/events", {event_stream(event(7, "a-1", "starting"), true), hang_up(),
                               event_stream(event(8, "a-1", "online"), false)});
  auto e = run({"events", "--count", "2"});
  EXPECT_EQ(e.code, 0);
  EXPECT_THAT(e.out, HasSubstr("online"));
  EXPECT_THAT(server.header_of("GET /v1/events", "Last-Event-ID"), ElementsAre("", "7", "7"));
  EXPECT_EQ(e.err, "the connection is lost, trying again\n");
}

TEST_F(Events, OfOneAccountLeaveOutAllOthers) {
  server.on("GET /v1/accounts/a-1", {json(200, account_json("a-1", "online"))});
  server.on("GET /v1/events?account=a-1",
            {event_stream(event(1, "b-2", "held") + event(2, "a-1", "online"), false)});
  auto e = run({"events", "--account", "a-1", "--count", "1"});
  EXPECT_EQ(e.code, 0);
  EXPECT_EQ(e.out, "2026-01-31T08:00:00Z  a-1  state  online\n");
}

TEST_F(Events, EndWithFourWhenTheServerDoesNotComeBack) {
  server.on("GET /v1/events", {event_stream(event(1, "a-1", "online"), true), hang_up()});
  auto e = run({"events", "--timeout", "0.6"});
  EXPECT_EQ(e.code, 4);
  EXPECT_THAT(e.err, HasSubstr("error: cannot reach weixind"));
}

TEST_F(Events, EndWithFourWhenNoStreamBringsAny) {
  server.on("GET /v1/events", {event_stream(": hello\n\n", true)});
  auto e = run({"events", "--timeout", "0.6"});
  EXPECT_EQ(e.code, 4);
  EXPECT_EQ(e.err, "the connection is lost, trying again\nerror: weixind ends every connection\n");
}

TEST_F(Events, AreNotWaitedForWhenThereIsNoServer) {
  server.stop();
  EXPECT_EQ(run({"events"}).code, 4);
}

TEST_F(Events, EndWithOneWhenTheServerRefuses) {
  server.on("GET /v1/events", {problem(422, "invalid_argument", "Last-Event-ID must be a number")});
  EXPECT_EQ(run({"events"}).code, 1);
}

} // namespace
} // namespace weixin::ctl::test
