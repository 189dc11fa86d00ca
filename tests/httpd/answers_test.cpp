#include "httpd/request_target.hpp"
#include "httpd/response_head.hpp"
#include "httpd/sse.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace weixin::httpd {
namespace {

using namespace std::chrono_literals;

TEST(Problem, HoldsCodeStatusTitleAndDetail) {
  auto r = problem(404, "account_not_found", "There is no \"shop\".");
  EXPECT_EQ(r.status, 404);
  EXPECT_EQ(r.content_type, "application/problem+json");
  auto body = boost::json::parse(r.body);
  EXPECT_EQ(body.at("code").as_string(), "account_not_found");
  EXPECT_EQ(body.at("status").as_int64(), 404);
  EXPECT_EQ(body.at("title").as_string(), "Not Found");
  EXPECT_EQ(body.at("detail").as_string(), "There is no \"shop\".");
}

TEST(SseEvent, WritesIdEventAndEveryLineOfItsData) {
  EXPECT_EQ(to_string(sse_event{"7", "state", "one\ntwo\r\nthree\rfour"}),
            "id: 7\nevent: state\ndata: one\ndata: two\ndata: three\ndata: four\n\n");
}

TEST(SseEvent, LeavesOutWhatIsEmpty) { EXPECT_EQ(to_string(sse_event{"", "", ""}), "data: \n\n"); }

TEST(SseEvent, CannotBeForgedThroughIdOrEvent) {
  EXPECT_EQ(to_string(sse_event{"1\ndata: x", "a\r\n\r\nb", "d\n\nevent: y"}),
            "id: 1data: x\nevent: ab\ndata: d\ndata: \ndata: event: y\n\n");
}

TEST(SseComment, IsALineThatClientsIgnore) {
  EXPECT_EQ(sse_comment(), ": \n\n");
  EXPECT_EQ(sse_comment("still\nhere"), ": still\n: here\n\n");
}

TEST(HttpDate, HasTheFormOfRfc9110) {
  EXPECT_EQ(
      to_http_date(wall_time{std::chrono::sys_days{std::chrono::year{1994} / 11 / 6} + 8h + 49min + 37s}),
      "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(ResponseHead, AddsLengthDateAndConnection) {
  response r;
  r.status = 201;
  r.headers = {{"Location", "/v1/a"}, {"content-length", "99"}, {"Connection", "upgrade"}};
  auto head = format_head(
      r, {.frame = framing::length, .length = 5, .keep_alive = false, .http_1_1 = true, .now = {}});
  EXPECT_EQ(
      head,
      "HTTP/1.1 201 Created\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: application/json\r\n"
      "Content-Length: 5\r\nLocation: /v1/a\r\nConnection: close\r\n\r\n");
}

TEST(ResponseHead, HasNoLengthWhenThereIsNoBody) {
  response r;
  r.status = 204;
  auto head = format_head(
      r, {.frame = framing::length, .length = 0, .keep_alive = true, .http_1_1 = true, .now = {}});
  EXPECT_EQ(head.find("Content-"), std::string::npos);
}

TEST(ResponseHead, IsNotSendableWhenAFieldCouldForgeAnother) {
  auto with = [](std::string name, std::string value) {
    response r;
    r.headers.push_back({std::move(name), std::move(value)});
    return r;
  };
  EXPECT_TRUE(is_sendable(with("X-A", "v")));
  EXPECT_FALSE(is_sendable(with("X-A", "v\r\nSet-Cookie: x")));
  EXPECT_FALSE(is_sendable(with("X-A", std::string{"a\0b", 3})));
  EXPECT_FALSE(is_sendable(with("X A", "v")));
  EXPECT_FALSE(is_sendable(with("", "v")));
  response interim;
  interim.status = 100;
  EXPECT_FALSE(is_sendable(interim));
}

TEST(RequestTarget, KeepsAnEscapedSlashInsideItsSegment) {
  EXPECT_EQ(raw_path("/a%2Fb/c?d=/e"), "/a%2Fb/c");
  EXPECT_EQ(*path_segments("/a%2Fb/c"), (std::vector<std::string>{"a/b", "c"}));
  EXPECT_EQ(*path_segments("/"), std::vector<std::string>{""});
  EXPECT_FALSE(path_segments("/%2"));
}

TEST(RequestTarget, ReadsPlusAsSpaceInTheQueryOnly) {
  auto t = parse_target("/a+b?c+d=e+f&g&=h&&i=%2B");
  ASSERT_TRUE(t);
  EXPECT_EQ(t->path, "/a+b");
  EXPECT_EQ(t->query.at("c d"), "e f");
  EXPECT_EQ(t->query.at("g"), "");
  EXPECT_EQ(t->query.at(""), "h");
  EXPECT_EQ(t->query.at("i"), "+");
}

} // namespace
} // namespace weixin::httpd
