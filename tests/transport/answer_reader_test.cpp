#include "transport/answer_reader.hpp"

#include "tests/transport/gzip_text.hpp"

#include <gtest/gtest.h>

namespace weixin::transport {
namespace {

constexpr answer_limits roomy{.max_header_bytes = 4096, .max_body_bytes = 10'000};

struct reading {
  std::string error; ///< the code's name, or ""
  bool done = false;
  bool keep_alive = false;
  std::string rest;
  http_response response;
};

/// Feeds the text in steps of that size, then the end of the connection if asked for.
reading read(const std::string& text, std::size_t step, answer_limits limits = roomy, bool end = false,
             bool for_head = false) {
  answer_reader reader{limits, for_head, false};
  reading r;
  auto note = [&](const result<void>& ok) {
    if (!ok) r.error = to_string(ok.error().code);
    return static_cast<bool>(ok);
  };
  bool good = true;
  for (std::size_t at = 0; good && at < text.size() && !reader.is_done(); at += step) {
    r.rest += text.substr(at, step);
    good = note(reader.put(r.rest));
  }
  if (good && end) good = note(reader.put_end());
  r.done = good && reader.is_done();
  if (r.done) {
    r.keep_alive = reader.keep_alive();
    r.response = reader.take_response();
  }
  return r;
}

reading read_whole(const std::string& text, answer_limits limits = roomy, bool end = false) {
  return read(text, text.size(), limits, end);
}

TEST(AnswerReader, ReadsTheSameWhereverTheBytesAreCut) {
  const std::string with_length =
      "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nContent-Length: 5\r\n\r\nhello";
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n"
      "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: t\r\n\r\n";
  for (const auto& text : {with_length, chunked}) {
    for (std::size_t step = 1; step <= text.size(); ++step) {
      auto r = read(text, step);
      ASSERT_TRUE(r.done) << step << " " << r.error;
      EXPECT_TRUE(r.keep_alive);
      EXPECT_EQ(r.response.status, 200);
      EXPECT_EQ(r.response.body, "hello");
      ASSERT_EQ(r.response.headers.size(), 3U);
      EXPECT_EQ(r.response.headers[1].name, "set-cookie");
      EXPECT_EQ(r.response.headers[1].value, "b=2");
    }
  }
}

TEST(AnswerReader, LeavesTheBytesBehindTheAnswer) {
  auto r = read_whole("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200");
  EXPECT_TRUE(r.done);
  EXPECT_EQ(r.rest, "HTTP/1.1 200");
}

TEST(AnswerReader, SkipsInterimAnswers) {
  auto r = read_whole("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                      "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(r.done);
  EXPECT_EQ(r.response.status, 404);
  EXPECT_EQ(r.response.headers.size(), 1U);
}

TEST(AnswerReader, RefusesInterimAnswersWithoutEnd) {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(read_whole(text).error, "malformed_answer");
  EXPECT_EQ(read_whole("HTTP/1.1 101 Switching Protocols\r\n\r\n").error, "malformed_answer");
}

TEST(AnswerReader, ExpectsNoBodyWhereNoneCanBe) {
  auto head = read("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", 1000, roomy, false, true);
  EXPECT_TRUE(head.done);
  EXPECT_TRUE(read_whole("HTTP/1.1 304 Not Modified\r\nContent-Length: 99999999\r\n\r\n").done);
  EXPECT_TRUE(read_whole("HTTP/1.1 204 No Content\r\n\r\n").done);
}

TEST(AnswerReader, RefusesGarbage) {
  for (std::string text :
       {"<html><body>",
        "HTTP/1.1 OK\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 20x OK\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\x01\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA b: c\r\n\r\n",
        "HTTP/1.1 200 OK\nA: b\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain"})
    EXPECT_EQ(read_whole(text).error, "malformed_answer") << text;
}

TEST(AnswerReader, UndoesGzip) {
  auto zipped = test::gzip("hello");
  auto r = read_whole("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                      std::to_string(zipped.size()) + "\r\n\r\n" + zipped);
  ASSERT_TRUE(r.done) << r.error;
  EXPECT_EQ(r.response.body, "hello");
}

TEST(AnswerReader, RefusesAGzipStreamThatIsCutShort) {
  auto zipped = test::gzip("hello hello");
  zipped.pop_back();
  auto r = read_whole("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                      std::to_string(zipped.size()) + "\r\n\r\n" + zipped);
  EXPECT_EQ(r.error, "malformed_answer");
}

TEST(AnswerReader, CountsTheBodyAfterDecompression) {
  auto limits = roomy;
  limits.max_body_bytes = 1000;
  auto answer_of = [](std::size_t size) {
    auto zipped = test::gzip(std::string(size, 'x'));
    return "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(zipped.size()) +
           "\r\n\r\n" + zipped;
  };
  EXPECT_TRUE(read_whole(answer_of(1000), limits).done);
  EXPECT_EQ(read_whole(answer_of(1001), limits).error, "answer_too_large");
}

TEST(AnswerReader, StopsAtTheLimitOfTheBodyHoweverItComes) {
  auto limits = roomy;
  limits.max_body_bytes = 4;
  EXPECT_EQ(read_whole("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", limits).error, "answer_too_large");
  EXPECT_EQ(read_whole("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n", limits)
                .error,
            "answer_too_large");
  EXPECT_EQ(read_whole("HTTP/1.1 200 OK\r\n\r\nabcde", limits).error, "answer_too_large");
  EXPECT_TRUE(read_whole("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd", limits).done);
}

TEST(AnswerReader, StopsAtTheLimitOfTheHeaderHoweverItComes) {
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 100'000; ++i)
    many += "A: b\r\n";
  auto long_field = "HTTP/1.1 200 OK\r\nA: " + std::string(5000, 'x');
  auto long_status = "HTTP/1.1 200 " + std::string(5000, 'x');
  for (std::size_t step : {std::size_t{1}, std::size_t{100}, std::size_t{1'000'000}}) {
    EXPECT_EQ(read(many, step).error, "answer_too_large") << step;
    EXPECT_EQ(read(long_field, step).error, "answer_too_large") << step;
    EXPECT_EQ(read(long_status, step).error, "answer_too_large") << step;
  }
}

TEST(AnswerReader, AddsUpAHeaderThatComesInParts) {
  std::string text = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 56; ++i)
    text += "A: " + std::string(100, 'x') + "\r\n";
  text += "Content-Length: 0\r\n\r\n";
  for (std::size_t step : {std::size_t{50}, std::size_t{3000}})
    EXPECT_EQ(read(text, step).error, "answer_too_large") << step;
}

TEST(AnswerReader, StopsAtTrailersWithoutEnd) {
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  for (int i = 0; i < 10'000; ++i)
    text += "A: b\r\n";
  EXPECT_EQ(read(text, 100).error, "answer_too_large");
}

TEST(AnswerReader, StopsAtAChunkLineWithoutEnd) {
  auto text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;" + std::string(10'000, 'x');
  EXPECT_EQ(read(text, 100).error, "answer_too_large");
}

TEST(AnswerReader, TakesAnAnswerWithoutLengthUpToTheEndOfTheConnection) {
  auto r = read_whole("HTTP/1.0 200 OK\r\n\r\nhello", roomy, true);
  ASSERT_TRUE(r.done) << r.error;
  EXPECT_EQ(r.response.body, "hello");
  EXPECT_FALSE(r.keep_alive);
}

TEST(AnswerReader, TakesAnEarlyEndForALostConnection) {
  for (std::string text :
       {"HTTP", "HTTP/1.1 200 OK\r\nA: b\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"})
    EXPECT_EQ(read_whole(text, roomy, true).error, "connection_lost") << text;
  EXPECT_EQ(read("", 1, roomy, true).error, "connection_lost");
}

TEST(AnswerReader, HearsThatTheConnectionWillBeClosed) {
  EXPECT_FALSE(read_whole("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").keep_alive);
  EXPECT_FALSE(read_whole("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").keep_alive);
}

TEST(AnswerReader, HandsABodyOverPieceByPieceOnlyIfItIsASuccess) {
  answer_reader good{roomy, false, true};
  std::string bytes = "HTTP/1.1 206 Partial Content\r\nContent-Length: 6\r\n\r\nabc";
  ASSERT_TRUE(good.put(bytes));
  EXPECT_TRUE(good.is_streaming());
  EXPECT_EQ(good.take_piece(), "abc");
  bytes += "def";
  ASSERT_TRUE(good.put(bytes));
  EXPECT_TRUE(good.is_done());
  EXPECT_EQ(good.take_piece(), "def");
  EXPECT_EQ(good.take_response().body, "");

  answer_reader bad{roomy, false, true};
  bytes = "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc";
  ASSERT_TRUE(bad.put(bytes));
  EXPECT_FALSE(bad.is_streaming());
  EXPECT_EQ(bad.take_response().body, "abc");
}

} // namespace
} // namespace weixin::transport
