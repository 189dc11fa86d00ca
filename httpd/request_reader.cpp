#include "httpd/request_reader.hpp"

#include "httpd/request_target.hpp"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/url/authority_view.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace weixin::httpd {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr std::string_view bad = "bad_request";
constexpr refusal not_http{400, bad, "This is not an HTTP/1.1 request."};
constexpr refusal bad_target{400, bad, "The request target cannot be understood."};
constexpr refusal bad_host{400, bad, "HTTP/1.1 needs exactly one valid Host field."};
constexpr refusal bad_value{400, bad, "A field value holds control characters."};
constexpr refusal ambiguous_length{400, bad, "The length of the body is ambiguous."};
constexpr refusal bad_body{400, bad, "The chunks of the body cannot be understood."};
constexpr refusal head_too_large{431, "header_too_large", "The header is larger than this server takes."};
constexpr refusal body_too_large{413, "body_too_large", "The body is larger than this server takes."};
constexpr refusal no_memory{500, "internal_error", "The request could not be read."};

bool has_control_characters(std::string_view value) {
  return std::any_of(value.begin(), value.end(), [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

bool is_host(std::string_view value) {
  if (value.empty()) return true;
  auto authority = boost::urls::parse_authority({value.data(), value.size()});
  return authority && !authority->has_userinfo();
}

} // namespace

struct request_reader::impl {
  impl(std::size_t max_header, std::size_t max_body) : max_header_bytes(max_header) {
    constexpr std::size_t parser_limit = std::numeric_limits<std::uint32_t>::max();
    parser.header_limit(static_cast<std::uint32_t>(std::min(max_header, parser_limit)));
    parser.body_limit(max_body);
    parser.eager(false);
  }

  void refuse(const refusal& r) {
    reason = r;
    at = state::refused;
  }
  void refuse(error_code ec);
  std::size_t put(std::string_view input);
  /// Checks what the parser accepts although RFC 9112 does not, and keeps the fields as they are now:
  /// the parser would let trailers overwrite them.
  void accept_head();
  std::size_t feed(std::string_view input);

  std::size_t max_header_bytes;
  http::request_parser<http::string_body> parser;
  state at = state::waiting;
  refusal reason;
  request built;
  bool continue_expected = false;
  bool stops_behind_head = false;
  bool in_pieces = false;
};

void request_reader::impl::refuse(error_code ec) {
  if (ec == http::error::header_limit) return refuse(head_too_large);
  if (ec == http::error::body_limit) return refuse(body_too_large);
  if (at == state::body) return refuse(bad_body);
  if (ec == http::error::bad_target) return refuse(bad_target);
  if (ec == http::error::bad_value) return refuse(bad_value);
  if (ec == http::error::bad_content_length || ec == http::error::multiple_content_length ||
      ec == http::error::bad_transfer_encoding)
    return refuse(ambiguous_length);
  return refuse(not_http);
}

std::size_t request_reader::impl::put(std::string_view input) {
  error_code ec;
  auto used = parser.put(boost::asio::buffer(input.data(), input.size()), ec);
  if (ec && ec != http::error::need_more) refuse(ec);
  return used;
}

void request_reader::impl::accept_head() {
  const auto& head = parser.get();
  for (const auto& field : head) {
    if (has_control_characters(view(field.value()))) return refuse(bad_value);
    built.headers.push_back({std::string{view(field.name_string())}, std::string{view(field.value())}});
  }
  auto hosts = head.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && head.version() >= 11)) return refuse(bad_host);
  if (hosts == 1 && !is_host(view(head[http::field::host]))) return refuse(bad_host);

  auto length = view(head[http::field::content_length]);
  if (head.count(http::field::content_length) > 1 || length.find(',') != std::string_view::npos)
    return refuse(ambiguous_length);
  if (head.count(http::field::transfer_encoding) > 0 &&
      (!length.empty() || head.version() < 11 || head.count(http::field::transfer_encoding) > 1 ||
       !boost::beast::iequals(head[http::field::transfer_encoding], "chunked")))
    return refuse(ambiguous_length);

  built.method = std::string{view(head.method_string())};
  built.target = std::string{view(head.target())};
  auto target = parse_target(built.target);
  if (!target) return refuse(bad_target);
  built.path = std::move(target->path);
  built.query = std::move(target->query);
  continue_expected =
      head.version() >= 11 && boost::beast::iequals(head[http::field::expect], "100-continue");
  at = state::body;
}

std::size_t request_reader::impl::feed(std::string_view input) {
  std::size_t used = 0;
  if (at == state::waiting) {
    // RFC 9112 section 2.2: empty lines before the request line are skipped.
    used = std::min(input.find_first_not_of("\r\n"), input.size());
    if (used == input.size()) return used;
    at = state::head;
  }
  if (at == state::head) {
    used += put(input.substr(used));
    if (at != state::head || !parser.is_header_done()) return used;
    accept_head();
    parser.eager(true);
    if (stops_behind_head) return used;
  }
  if (at != state::body) return used;
  if (!parser.is_done() && used < input.size()) {
    used += put(input.substr(used));
    // Only the line before a chunk and the trailers wait to be whole.
    if (at == state::body && !parser.is_done() && input.size() - used >= max_header_bytes) refuse(bad_body);
  }
  if (at == state::body && parser.is_done()) {
    if (!in_pieces) built.body = std::move(parser.get().body());
    at = state::complete;
  }
  return used;
}

void request_reader::stop_behind_head() noexcept {
  impl_->stops_behind_head = true;
  // Which limit it has is known after the head.
  impl_->parser.body_limit(boost::none);
}

void request_reader::go_on(std::uint64_t max_body_bytes, bool in_pieces) {
  impl_->stops_behind_head = false;
  impl_->in_pieces = in_pieces;
  auto length = impl_->parser.content_length();
  if (length && *length > max_body_bytes) return impl_->refuse(body_too_large);
  impl_->parser.body_limit(max_body_bytes);
}

bool request_reader::has_body() const noexcept {
  auto length = impl_->parser.content_length();
  return impl_->parser.chunked() || (length && *length > 0);
}

const request& request_reader::head() const noexcept { return impl_->built; }
std::string request_reader::take_piece() { return std::exchange(impl_->parser.get().body(), {}); }

request_reader::request_reader(std::size_t max_header_bytes, std::size_t max_body_bytes)
    : impl_(std::make_unique<impl>(max_header_bytes, max_body_bytes)) {}
request_reader::~request_reader() = default;
request_reader::request_reader(request_reader&&) noexcept = default;
request_reader& request_reader::operator=(request_reader&&) noexcept = default;

std::size_t request_reader::feed(std::string_view input) {
  try {
    return impl_->feed(input);
  } catch (const std::exception&) { // bad_alloc, length_error
    impl_->refuse(no_memory);
    return 0;
  }
}

request_reader::state request_reader::where() const noexcept { return impl_->at; }
bool request_reader::expects_continue() const noexcept { return impl_->continue_expected; }
const refusal& request_reader::why() const noexcept { return impl_->reason; }
request request_reader::take() { return std::move(impl_->built); }
bool request_reader::keep_alive() const noexcept {
  return impl_->parser.is_header_done() && impl_->parser.keep_alive();
}
bool request_reader::is_head() const noexcept { return impl_->parser.get().method() == http::verb::head; }
bool request_reader::is_http_1_1() const noexcept {
  return !impl_->parser.is_header_done() || impl_->parser.get().version() >= 11;
}

} // namespace weixin::httpd
