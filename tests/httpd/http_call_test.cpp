#include "httpd/http_call.hpp"

#include "httpd/sse.hpp"
#include "tests/httpd/server_fixture.hpp"

#include <gmock/gmock.h>

namespace weixin::httpd::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class HttpCall : public server_test {
protected:
  call_target target() const {
    return endpoint.starts_with('/') ? call_target{endpoint, {}} : call_target{{}, endpoint};
  }
  static http_request request_of(std::string method, std::string path, std::string body = {}) {
    return {.method = std::move(method),
            .host = {},
            .target = std::move(path),
            .headers = {},
            .body = std::move(body)};
  }
  errc failure(const http_request& r, std::chrono::milliseconds deadline = patience,
               std::size_t max_body = 1000) const {
    auto answer = call(target(), r, deadline, max_body);
    return answer ? errc::internal : answer.error().code;
  }
};

TEST_F(HttpCall, BringsTheAnswerOverUnixAndTcp) {
  for (auto options : {unix_options(), tcp_options()}) {
    start(options);
    auto answer = call(target(), request_of("POST", "/a?b=c", "body"), patience);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "POST /a body");
    EXPECT_FALSE(answer->headers.empty());
    stop();
  }
}

TEST_F(HttpCall, SendsHostAndFields) {
  start([](request r, responder respond) {
    response answer;
    for (const auto& h : r.headers)
      answer.body += h.name + "=" + h.value + ";";
    respond.send(std::move(answer));
  });
  auto r = request_of("GET", "/");
  r.host = "weixind";
  r.headers.push_back({"Idempotency-Key", "k 1"});
  auto answer = call(target(), r, patience);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "Host=weixind;Connection=close;Idempotency-Key=k 1;");
}

TEST_F(HttpCall, TellsThatNobodyListens) {
  for (auto options : {unix_options(), tcp_options()}) {
    start(options);
    stop();
    auto answer = call(target(), request_of("GET", "/"), patience);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, errc::connect_failed);
    EXPECT_FALSE(answer.error().request_left);
    EXPECT_THAT(answer.error().context, HasSubstr(endpoint));
  }
}

TEST_F(HttpCall, GivesUpAtItsDeadline) {
  start(keep());
  auto answer = call(target(), request_of("GET", "/"), 50ms);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::timed_out);
  EXPECT_TRUE(answer.error().request_left);
}

TEST_F(HttpCall, DistinguishesCutMalformedAndTooLargeAnswers) {
  start([](request r, responder respond) {
    if (r.path == "/cut")
      respond.send_raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
    else if (r.path == "/nothing")
      respond.spoil(sabotage::close);
    else if (r.path == "/garbage")
      respond.send_raw("SSH-2.0-x\r\n\r\n");
    else if (r.path == "/huge")
      respond.send_raw("HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999\r\n\r\n");
    else
      respond.send({.status = 200, .content_type = {}, .headers = {}, .body = std::string(1001, 'a')});
  });
  EXPECT_EQ(failure(request_of("GET", "/cut")), errc::connection_lost);
  EXPECT_EQ(failure(request_of("GET", "/nothing")), errc::connection_lost);
  EXPECT_EQ(failure(request_of("GET", "/garbage")), errc::malformed_answer);
  EXPECT_EQ(failure(request_of("GET", "/huge")), errc::answer_too_large);
  EXPECT_EQ(failure(request_of("GET", "/large")), errc::answer_too_large);
  EXPECT_FALSE(stream(
      target(), request_of("GET", "/huge"), [](std::string_view) { return true; }, patience));
}

TEST_F(HttpCall, UnderstandsHeadInterimAnswersAndBodiesWithoutLength) {
  start([](request r, responder respond) {
    if (r.path == "/interim")
      respond.send_raw("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
    else if (r.path == "/close")
      respond.send_raw("HTTP/1.1 200 OK\r\n\r\nto the end");
    else
      respond.send({.status = 200, .content_type = {}, .headers = {}, .body = "abc"});
  });
  auto head = call(target(), request_of("HEAD", "/"), patience);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->body, "");
  auto interim = call(target(), request_of("GET", "/interim"), patience);
  ASSERT_TRUE(interim);
  EXPECT_EQ(interim->status, 204);
  auto close = call(target(), request_of("GET", "/close"), patience);
  ASSERT_TRUE(close);
  EXPECT_EQ(close->body, "to the end");
}

TEST_F(HttpCall, BringsTheRefusalOfABodyThatIsTooLarge) {
  start(tcp_options());
  auto answer = call(target(), request_of("POST", "/", std::string(20'000'000, 'a')), patience);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
}

TEST_F(HttpCall, RefusesARequestThatWouldForgeAnother) {
  start();
  EXPECT_EQ(failure(request_of("GET", "/a b")), errc::invalid_argument);
  EXPECT_EQ(failure(request_of("GET", "/\r\nX: y")), errc::invalid_argument);
  EXPECT_EQ(failure(request_of("", "/")), errc::invalid_argument);
  auto field = request_of("GET", "/");
  field.headers.push_back({"X", "a\r\nY: b"});
  EXPECT_EQ(failure(field), errc::invalid_argument);
  EXPECT_EQ(call({}, request_of("GET", "/"), patience).error().code, errc::invalid_argument);
}

TEST_F(HttpCall, StreamsUntilTheServerFinishes) {
  start([](request, responder r) {
    r.start_stream({.status = 200, .content_type = "text/event-stream", .headers = {}, .body = {}});
    for (auto data : {"one", "two", "three"})
      r.write(to_string(sse_event{{}, {}, data}));
    r.finish();
  });
  std::string all;
  auto answer = stream(target(), request_of("GET", "/"), [&](std::string_view piece) {
    all += piece;
    return true;
  });
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "");
  EXPECT_EQ(all, "data: one\n\ndata: two\n\ndata: three\n\n");
}

TEST_F(HttpCall, StreamsUntilTheCallerHasEnough) {
  mailbox<int> gone;
  start([&](request, responder r) {
    r.start_stream({});
    r.on_gone([&] { gone.put(1); });
    r.write("first");
    waiting.put(std::move(r));
  });
  auto answer = stream(target(), request_of("GET", "/"), [](std::string_view) { return false; });
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_TRUE(gone.take());
}

TEST_F(HttpCall, EndsAStreamThatHasGoneSilent) {
  start([&](request, responder r) {
    r.start_stream({});
    r.write("first");
    waiting.put(std::move(r));
  });
  std::string all;
  auto answer = stream(
      target(), request_of("GET", "/"),
      [&](std::string_view piece) {
        all += piece;
        return true;
      },
      50ms);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::timed_out);
  EXPECT_EQ(all, "first");
}

TEST_F(HttpCall, ReturnsAnErrorStatusInsteadOfStreamingIt) {
  start([](request, responder r) { r.send(problem(404, "not_found", "x")); });
  int pieces = 0;
  auto answer = stream(
      target(), request_of("GET", "/"), [&](std::string_view) { return ++pieces > 0; }, patience);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 404);
  EXPECT_THAT(answer->body, HasSubstr("not_found"));
  EXPECT_EQ(pieces, 0);
}

} // namespace
} // namespace weixin::httpd::test
