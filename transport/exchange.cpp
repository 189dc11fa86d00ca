#include "transport/exchange.hpp"

#include "transport/answer_reader.hpp"
#include "transport/late_value.hpp"

#include <boost/asio/this_coro.hpp>

#include <optional>

namespace weixin::transport {

namespace asio = boost::asio;

namespace {

// Up to this size head and body leave in one TLS record and one packet.
constexpr std::size_t small_request = 8 * 1024;

asio::awaitable<tls_stream::io> send(tls_stream& stream, const std::string& head, const std::string& body) {
  if (head.size() + body.size() <= small_request) {
    auto whole = head + body;
    co_return co_await stream.write(whole);
  }
  auto written = co_await stream.write(head);
  if (written == tls_stream::io::ok) written = co_await stream.write(body);
  co_return written;
}

/// What became of a request on its way out.
struct sending {
  tls_stream::io how = tls_stream::io::ok;
  std::optional<error> source_failed;
};

asio::awaitable<result<std::string>> take(body_source& source, std::uint64_t left) {
  late_value<result<std::string>> given{co_await asio::this_coro::executor};
  source.read(given.giver());
  auto piece = co_await given.get();
  if (!piece) co_return fail(errc::cancelled);
  if (*piece && ((*piece)->empty() || (*piece)->size() > left))
    co_return fail(errc::invalid_argument, "the source of the body gave no piece of it");
  co_return std::move(*piece);
}

asio::awaitable<sending> send_all(tls_stream& stream, const std::string& head, const http_call& call) {
  sending s;
  s.how = co_await send(stream, head, call.request.body);
  if (!call.source) co_return s;
  for (auto left = call.source->size(); left > 0 && s.how == tls_stream::io::ok;) {
    auto piece = co_await take(*call.source, left);
    if (!piece) {
      s.source_failed = piece.error();
      co_return s;
    }
    left -= piece->size();
    s.how = co_await stream.write_until_answered(*piece);
  }
  co_return s;
}

asio::awaitable<result<void>> give(body_sink& sink, std::string piece) {
  late_value<result<void>> taken{co_await asio::this_coro::executor};
  sink.write(std::move(piece), taken.giver());
  auto outcome = co_await taken.get();
  if (!outcome) co_return fail(errc::cancelled);
  co_return *outcome;
}

} // namespace

asio::awaitable<result<http_response>> exchange(tls_stream& stream, const std::string& head,
                                                const http_call& call, exchange_progress& progress) {
  stream.begin_request();
  // Until the write says otherwise: the call may be cancelled in the middle of it.
  progress.request_left = true;
  auto sent = co_await send_all(stream, head, call);
  progress.request_left = sent.how != tls_stream::io::lost || stream.has_sent();
  if (sent.source_failed) co_return *sent.source_failed;
  // Who refuses a large body often answers and closes: what it said may be there although writing failed.
  bool is_cut = sent.how == tls_stream::io::lost;
  if (is_cut && !(call.source && progress.request_left))
    co_return fail(errc::connection_lost, "while sending the request");

  answer_limits limits{.max_header_bytes = call.limits.max_header_bytes,
                       .max_body_bytes = call.limits.max_body_bytes};
  answer_reader reader{limits, call.request.method == "HEAD", call.sink != nullptr};
  std::string bytes;
  auto got = tls_stream::io::ok;
  bool begun = false; // the sink knows the head
  while (!reader.is_done()) {
    got = co_await stream.read(bytes);
    if (got == tls_stream::io::lost)
      co_return fail(errc::connection_lost,
                     is_cut ? "while sending the request" : "in the middle of the answer");
    progress.answer_begun = progress.answer_begun || got == tls_stream::io::ok;
    auto understood = got == tls_stream::io::ok ? reader.put(bytes) : reader.put_end();
    if (!understood) co_return understood.error();
    if (!reader.is_streaming()) continue;
    auto piece = reader.take_piece();
    if (piece.empty()) continue;
    progress.in_sink = true;
    if (!begun) {
      begun = true;
      if (auto wanted = call.sink->begin(reader.head()); !wanted) co_return wanted.error();
    }
    auto taken = co_await give(*call.sink, std::move(piece));
    if (!taken) co_return taken.error();
    progress.in_sink = false;
  }
  // Of a body that goes to a file nobody looks at the end: more than it said is another body than the right
  // one.
  if (call.sink && !bytes.empty()) co_return fail(errc::malformed_answer, "longer than it said");
  progress.reusable =
      sent.how == tls_stream::io::ok && got == tls_stream::io::ok && reader.keep_alive() && bytes.empty();
  co_return reader.take_response();
}

} // namespace weixin::transport
