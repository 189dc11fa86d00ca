#include "ctl/event_parser.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace weixin::ctl {
namespace {

using strings = std::vector<std::string>;

/// Feeds the text in pieces of that size; gives "id type data" of each event.
strings events_of(event_parser& p, std::string_view text, std::size_t piece) {
  strings all;
  for (std::size_t i = 0; i < text.size(); i += piece)
    p.feed(text.substr(i, piece), [&](const server_event& e) {
      all.push_back(e.id + " " + e.type + " " + e.data);
      return true;
    });
  return all;
}
strings events_of(std::string_view text, std::size_t piece = 1000) {
  event_parser p;
  return events_of(p, text, piece);
}

TEST(EventParser, ReadsEventsInPiecesOfAnySize) {
  constexpr std::string_view text = "id: 1\nevent: state\ndata: {}\n\nid: 2\r\nevent: qr\r\ndata: x\r\n\r\n"
                                    "id: 3\revent: send\rdata: y\r\r";
  for (std::size_t piece : {1U, 2U, 3U, 7U, 1000U})
    EXPECT_EQ(events_of(text, piece), (strings{"1 state {}", "2 qr x", "3 send y"})) << piece;
}

TEST(EventParser, JoinsDataLines) {
  EXPECT_EQ(events_of("data: a\ndata:b\ndata\n\n"), strings{" message a\nb\n"});
}

TEST(EventParser, IgnoresCommentsAndUnknownFields) {
  EXPECT_EQ(events_of(": hello\n\nretry: 5\ncolour: red\ndata: a\n:\n\n"), strings{" message a"});
}

TEST(EventParser, MakesNoEventWithoutData) { EXPECT_TRUE(events_of("event: state\nid: 4\n\n").empty()); }

TEST(EventParser, KeepsTheLastIdOverARestart) {
  event_parser p;
  events_of(p, "id: 7\ndata: a\n\ndata: unfin", 1000);
  p.restart();
  EXPECT_EQ(p.last_id(), "7");
  EXPECT_EQ(events_of(p, "data: b\n\n", 1000), strings{"7 message b"});
}

TEST(EventParser, TakesNoIdThatAHeaderCannotCarry) {
  event_parser p;
  events_of(p, "id: 7\ndata: a\n\n", 1000);
  events_of(p, std::string_view{"id: 8\0\ndata: b\n\n", 16}, 1000);
  events_of(p, "id: 9\x1b\ndata: b\n\n", 1000);
  events_of(p, "id: " + std::string(200, '9') + "\ndata: c\n\n", 1000);
  EXPECT_EQ(p.last_id(), "7");
}

TEST(EventParser, StopsWhenItIsTold) {
  event_parser p;
  int calls = 0;
  EXPECT_FALSE(p.feed("data: a\n\ndata: b\n\n", [&](const server_event&) {
    ++calls;
    return false;
  }));
  EXPECT_EQ(calls, 1);
}

TEST(EventParser, SkipsAnEventThatIsTooLarge) {
  event_parser p;
  std::string huge(event_parser::max_event_bytes + 10, 'x');
  EXPECT_EQ(events_of(p, "data: " + huge + "\n\ndata: after\n\n", 4096), strings{" message after"});
  EXPECT_EQ(p.skipped(), 1U);
  std::string line = "data: " + std::string(1000, 'y') + "\n";
  std::string many;
  for (std::size_t bytes = 0; bytes <= event_parser::max_event_bytes; bytes += 1000)
    many += line;
  EXPECT_EQ(events_of(p, many + "\ndata: after\n\n", 4096), strings{" message after"});
  EXPECT_EQ(p.skipped(), 2U);
}

} // namespace
} // namespace weixin::ctl
