#include "httpd/request_reader.hpp"

#include <gtest/gtest.h>

#include <random>

namespace weixin::httpd {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using state = request_reader::state;

constexpr std::size_t header_limit = 1024;
constexpr std::size_t body_limit = 4096;

struct outcome {
  state where = state::waiting;
  int status = 0;
  std::string code;
  request r;
  std::string rest;
};

outcome read(std::string_view bytes, std::size_t piece = std::string_view::npos) {
  request_reader reader{header_limit, body_limit};
  std::string pending;
  while (!bytes.empty()) {
    pending += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    pending.erase(0, reader.feed(pending));
    if (reader.where() == state::complete || reader.where() == state::refused) break;
  }
  outcome o{reader.where(), 0, {}, {}, pending + std::string{bytes}};
  if (o.where == state::complete) o.r = reader.take();
  if (o.where == state::refused) {
    o.status = reader.why().status;
    o.code = reader.why().code;
  }
  return o;
}

std::string get(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: x\r\n" + std::string{fields} + "\r\n";
}
std::string post(std::string_view fields, std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: x\r\n" + std::string{fields} + "\r\n" + std::string{body};
}

TEST(RequestReader, TakesARequestApart) {
  auto o =
      read("PUT /a%20b?x=1&y=%C3%A9&x=2 HTTP/1.1\r\nHost: x\r\nX-One: v\r\nContent-Length: 3\r\n\r\nabcGET");
  ASSERT_EQ(o.where, state::complete);
  EXPECT_EQ(o.r.method, "PUT");
  EXPECT_EQ(o.r.target, "/a%20b?x=1&y=%C3%A9&x=2");
  EXPECT_EQ(o.r.path, "/a b");
  EXPECT_EQ(o.r.query.at("x"), "2");
  EXPECT_EQ(o.r.query.at("y"), "\xC3\xA9");
  EXPECT_EQ(o.r.body, "abc");
  EXPECT_EQ(o.r.headers.size(), 3u);
  EXPECT_EQ(o.rest, "GET");
}

TEST(RequestReader, UnderstandsARequestByteByByte) {
  auto bytes = post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nTrailer: t\r\n\r\n");
  for (std::size_t piece : {1, 2, 3, 7, 16}) {
    auto o = read(bytes, piece);
    ASSERT_EQ(o.where, state::complete) << piece;
    EXPECT_EQ(o.r.body, "abcde");
  }
}

TEST(RequestReader, SkipsEmptyLinesBeforeTheRequest) {
  EXPECT_EQ(read("\r\n\r\n" + get("")).where, state::complete);
}

TEST(RequestReader, DoesNotLetTrailersChangeTheHeader) {
  auto o = read(post("X-Who: a\r\nTransfer-Encoding: chunked\r\n", "0\r\nX-Who: b\r\nX-New: c\r\n\r\n"));
  ASSERT_EQ(o.where, state::complete);
  EXPECT_EQ(o.r.headers.size(), 3u);
  EXPECT_EQ(o.r.headers[1].value, "a");
}

TEST(RequestReader, AcceptsTheAbsoluteFormAndTheAsterisk) {
  auto absolute = read("GET http://x:80/a?b=c HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(absolute.r.path, "/a");
  EXPECT_EQ(absolute.r.query.at("b"), "c");
  EXPECT_EQ(read("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").r.path, "*");
}

TEST(RequestReader, AcceptsHttp10WithoutAHost) {
  request_reader reader{header_limit, body_limit};
  reader.feed("GET / HTTP/1.0\r\n\r\n");
  ASSERT_EQ(reader.where(), state::complete);
  EXPECT_FALSE(reader.keep_alive());
  EXPECT_FALSE(reader.is_http_1_1());
}

TEST(RequestReader, RefusesWhatIsAmbiguousOrBroken) {
  const std::string cases[] = {
      post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"),
      post("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"),
      post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
      post("Content-Length: 3, 3\r\n", "abc"),
      post("Content-Length: +3\r\n", "abc"),
      post("Content-Length: -1\r\n", "abc"),
      post("Content-Length: 0x3\r\n", "abc"),
      post("Content-Length: 99999999999999999999\r\n", "abc"),
      post("Content-Length:\r\n", ""),
      post("Transfer-Encoding: gzip\r\n", ""),
      post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      post("Transfer-Encoding: chunked\r\n", "x\r\nabc\r\n0\r\n\r\n"),
      post("Transfer-Encoding: chunked\r\n", "-3\r\nabc\r\n0\r\n\r\n"),
      post("Transfer-Encoding: chunked\r\n", "3\r\nabcXX0\r\n\r\n"),
      post("Transfer-Encoding: chunked\r\n", "3\nabc\r\n0\r\n\r\n"),
      get("X: a\001b\r\n"),
      get("X: a\177b\r\n"),
      get("X: a\0b\r\n"sv),
      get("X : a\r\n"),
      get(" X: a\r\n"),
      get("X\r\n"),
      get(": a\r\n"),
      get("Host: y\r\n"),
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: me@x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n",
      "GET / HTTP/1.1\nHost: x\n\n",
      "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
      "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /% HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /a?b=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /a?b=%f HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET a HTTP/1.1\r\nHost: x\r\n\r\n",
      "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n"s,
      "\0\0\0\0"s,
      "\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03\r\n\r\n",
      "{\"method\": \"login\"}\r\n\r\n",
  };
  for (const auto& bytes : cases) {
    auto o = read(bytes);
    EXPECT_EQ(o.where, state::refused) << bytes;
    EXPECT_EQ(o.status, 400) << bytes;
    EXPECT_EQ(o.code, "bad_request") << bytes;
  }
}

TEST(RequestReader, RefusesAHeaderAboveTheLimit) {
  auto o = read(get("X: " + std::string(header_limit, 'a') + "\r\n"));
  EXPECT_EQ(o.status, 431);
  EXPECT_EQ(o.code, "header_too_large");
  EXPECT_EQ(read("GET /" + std::string(2 * header_limit, 'a')).status, 431);
  EXPECT_EQ(read(std::string(2 * header_limit, 'a')).status, 431);
  std::string many;
  for (int i = 0; i < 500; ++i)
    many += "A: b\r\n";
  EXPECT_EQ(read(get(many), 10).status, 431);
}

TEST(RequestReader, RefusesABodyAboveTheLimitBeforeItArrives) {
  auto o = read(post("Content-Length: 4097\r\n", ""));
  EXPECT_EQ(o.status, 413);
  EXPECT_EQ(o.code, "body_too_large");
  EXPECT_EQ(read(post("Content-Length: 4096\r\n", std::string(4096, 'a'))).where, state::complete);
}

TEST(RequestReader, RefusesChunksAboveTheLimitInOneOrInAll) {
  EXPECT_EQ(read(post("Transfer-Encoding: chunked\r\n", "1001\r\n")).status, 413);
  EXPECT_EQ(read(post("Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\n")).status, 413);
  std::string chunks;
  for (int i = 0; i < 5; ++i)
    chunks += "3e8\r\n" + std::string(1000, 'a') + "\r\n";
  EXPECT_EQ(read(post("Transfer-Encoding: chunked\r\n", chunks), 100).status, 413);
}

TEST(RequestReader, RefusesEndlessChunkExtensionsAndTrailers) {
  auto extension = post("Transfer-Encoding: chunked\r\n", "1;" + std::string(4 * header_limit, 'a'));
  EXPECT_EQ(read(extension, 100).status, 400);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 1000; ++i)
    trailers += "A: b\r\n";
  EXPECT_EQ(read(post("Transfer-Encoding: chunked\r\n", trailers), 100).status, 400);
}

TEST(RequestReader, KnowsWhoWaitsForContinue) {
  request_reader reader{header_limit, body_limit};
  reader.feed(post("Expect: 100-continue\r\nContent-Length: 1\r\n", ""));
  EXPECT_EQ(reader.where(), state::body);
  EXPECT_TRUE(reader.expects_continue());
}

TEST(RequestReader, SurvivesAnyMutationOfARequest) {
  const std::string seeds[] = {
      post("Content-Length: 5\r\nConnection: keep-alive, x\r\n", "abcde"),
      post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2;e=\"q\"\r\nde\r\n0\r\nA: b\r\n c\r\n\r\n"),
      get("X: folded\r\n  line\r\nExpect: 100-continue\r\n"),
  };
  constexpr auto alphabet = "\r\n\0 \t:;,=0123456789abcdefF%/?&#\"\\\xff\x80"sv;
  std::mt19937 random{20260131};
  auto pick = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
  int complete = 0;
  for (int round = 0; round < 60'000; ++round) {
    auto bytes = seeds[pick(std::size(seeds))];
    for (auto changes = pick(5); changes > 0; --changes) {
      auto at = pick(bytes.size());
      switch (pick(4)) {
      case 0:
        bytes[at] = alphabet[pick(alphabet.size())];
        break;
      case 1:
        bytes.erase(at, 1 + pick(4));
        break;
      case 2:
        bytes.insert(at, 1, alphabet[pick(alphabet.size())]);
        break;
      default:
        bytes.insert(at, bytes.substr(pick(bytes.size()), pick(20)));
        break;
      }
      if (bytes.empty()) bytes = "G";
    }
    auto o = read(bytes, 1 + pick(40));
    if (o.where == state::complete) ++complete;
    ASSERT_EQ(o.r.path.find('\0'), std::string::npos);
  }
  EXPECT_GT(complete, 1000);
}

} // namespace
} // namespace weixin::httpd
