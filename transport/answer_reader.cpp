#include "transport/answer_reader.hpp"

#include "transport/gunzip.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

namespace weixin::transport {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

// A server may send 100 Continue or 103 Early Hints before its answer; nobody needs more than a few.
constexpr unsigned max_interim_answers = 4;
constexpr std::size_t usual_fields = 12;
constexpr std::size_t max_error_body = 1024 * 1024;

} // namespace

/// Beast's parser with our limits: it counts what is kept after decompression, which Beast does not know.
class answer_reader::parser final : public http::basic_parser<false> {
public:
  parser(answer_limits limits, bool for_head, bool streamed) : limits_(limits), streamed_(streamed) {
    eager(true);
    skip(for_head);
    header_limit(static_cast<std::uint32_t>(
        std::min<std::size_t>(limits.max_header_bytes, std::numeric_limits<std::uint32_t>::max() / 2)));
    body_limit(boost::none);
  }

  http_response response;
  std::string piece;
  std::optional<error> why; ///< what ended the parsing, when it was us
  bool streaming = false;

  bool is_interim() const noexcept { return response.status >= 100 && response.status < 200; }

  result<void> finish_body() const {
    if (unzip_) return unzip_->finish();
    return {};
  }

private:
  using sv = beast::string_view;

  void stop(errc code, std::string context, beast::error_code& ec) {
    why = fail(code, std::move(context));
    ec = http::error::body_limit;
  }

  void on_request_impl(http::verb, sv, sv, int, beast::error_code&) override {}

  void on_response_impl(int code, sv, int, beast::error_code&) override {
    response.status = code;
    // Not before an answer comes: the parser of a long poll waits for most of an account's life.
    response.headers.reserve(usual_fields);
  }

  void on_field_impl(http::field field, sv name, sv value, beast::error_code& ec) override {
    if (is_header_done()) return; // a trailer
    // Beast measures its limit anew at every put.
    header_bytes_ += name.size() + value.size() + std::string_view{": \r\n"}.size();
    if (response.headers.size() >= limits_.max_fields || header_bytes_ > limits_.max_header_bytes)
      return stop(errc::answer_too_large, "header", ec);
    if (field == http::field::transfer_encoding && !beast::iequals(value, "chunked"))
      return stop(errc::malformed_answer, "transfer encoding", ec);
    if (field == http::field::content_encoding && !beast::iequals(value, "identity")) {
      auto known = beast::iequals(value, "gzip") || beast::iequals(value, "x-gzip");
      if (!known || is_gzip_) return stop(errc::malformed_answer, "content encoding", ec);
      is_gzip_ = true;
    }
    response.headers.push_back({std::string{name}, std::string{value}});
  }

  void on_header_impl(beast::error_code& ec) override {
    auto success = response.status >= 200 && response.status < 300;
    streaming = streamed_ && success;
    if (streamed_ && !success) limits_.max_body_bytes = std::min(limits_.max_body_bytes, max_error_body);
    if (is_done()) return; // no body follows: HEAD, 204, 304, length 0
    if (auto length = content_length(); length && *length > limits_.max_body_bytes)
      return stop(errc::answer_too_large, "announced body", ec);
    if (!is_gzip_) return;
    if (streaming) return stop(errc::malformed_answer, "gzip that was not asked for", ec);
    unzip_.emplace(limits_.max_body_bytes);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}

  std::size_t on_body_impl(sv bytes, beast::error_code& ec) override {
    // What gzip makes of nothing is longer than nothing.
    auto limit = limits_.max_body_bytes + (unzip_ ? 1024 : 0);
    if (bytes.size() > limit - taken_) {
      stop(errc::answer_too_large, "body", ec);
      return 0;
    }
    taken_ += bytes.size();
    if (!unzip_) {
      (streaming ? piece : response.body).append(bytes.data(), bytes.size());
    } else if (auto ok = unzip_->put({bytes.data(), bytes.size()}, response.body); !ok) {
      stop(ok.error().code, ok.error().context, ec);
    }
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t, sv, beast::error_code&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, sv bytes, beast::error_code& ec) override {
    return on_body_impl(bytes, ec);
  }

  void on_finish_impl(beast::error_code&) override {}

  answer_limits limits_;
  bool streamed_;
  bool is_gzip_ = false;
  std::size_t header_bytes_ = 0;
  std::size_t taken_ = 0; ///< of the body, as it came
  std::optional<gunzip> unzip_;
};

answer_reader::answer_reader(answer_limits limits, bool for_head, bool streamed)
    : limits_(limits), for_head_(for_head), streamed_(streamed) {
  start_parser();
}

answer_reader::~answer_reader() = default;

void answer_reader::start_parser() { parser_ = std::make_unique<parser>(limits_, for_head_, streamed_); }

result<void> answer_reader::put(std::string& bytes) {
  while (!bytes.empty() && !parser_->is_done()) {
    beast::error_code ec;
    auto used = parser_->put(boost::asio::buffer(bytes), ec);
    bytes.erase(0, used);
    if (parser_->why) return *parser_->why;
    if (ec == http::error::need_more) {
      // Lines of chunks and trailers have no limit in Beast.
      if (bytes.size() > limits_.max_header_bytes) return fail(errc::answer_too_large, "unfinished line");
      return {};
    }
    if (ec == http::error::header_limit) return fail(errc::answer_too_large, "header");
    if (ec) return fail(errc::malformed_answer, ec.message());
    if (!parser_->is_done()) continue;
    if (!parser_->is_interim()) return parser_->finish_body();
    if (parser_->response.status == 101 || ++interim_ > max_interim_answers)
      return fail(errc::malformed_answer, "interim answers without an end");
    start_parser();
  }
  return {};
}

result<void> answer_reader::put_end() {
  if (parser_->is_done()) return {};
  if (!parser_->is_header_done() || !parser_->need_eof())
    return fail(errc::connection_lost, "closed in the middle of the answer");
  beast::error_code ec;
  parser_->put_eof(ec);
  if (ec) return fail(errc::malformed_answer, ec.message());
  return parser_->finish_body();
}

bool answer_reader::has_header() const noexcept { return parser_->is_header_done(); }
bool answer_reader::is_done() const noexcept { return parser_->is_done(); }
int answer_reader::status() const noexcept { return parser_->response.status; }
bool answer_reader::keep_alive() const noexcept { return parser_->keep_alive(); }
bool answer_reader::is_streaming() const noexcept { return parser_->streaming; }
const http_response& answer_reader::head() const noexcept { return parser_->response; }
std::string answer_reader::take_piece() noexcept { return std::exchange(parser_->piece, {}); }
http_response answer_reader::take_response() noexcept { return std::move(parser_->response); }

} // namespace weixin::transport
