#include "transport/request_head.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <array>

namespace weixin::transport {
namespace {

constexpr bool is_alnum(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 9110 section 5.6.2. As a table: every field of every request is checked.
constexpr auto token_characters = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < table.size(); ++c)
    table[c] = is_alnum(static_cast<char>(c));
  for (char c : std::string_view{"!#$%&'*+-.^_`|~"})
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return token_characters[static_cast<unsigned char>(c)]; });
}

// Without an early end and without branches the compiler looks at many bytes at a time, and nearly all texts
// are good.
bool is_field_value(std::string_view text) {
  unsigned char bad = 0;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    bad |= static_cast<unsigned char>(((byte < 0x20) & (byte != '\t')) | (byte == 0x7f));
  }
  return bad == 0;
}

bool is_target(std::string_view text) {
  unsigned char bad = 0;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    bad |= static_cast<unsigned char>((byte <= 0x20) | (byte >= 0x7f) | (byte == '#'));
  }
  return bad == 0 && text.starts_with('/');
}

bool is_set_by_transport(std::string_view name) {
  constexpr std::array<std::string_view, 7> ours{
      "Host",       "Content-Length",    "Connection", "Accept-Encoding",
      "Keep-Alive", "Transfer-Encoding", "Upgrade"};
  return std::any_of(ours.begin(), ours.end(), [&](auto field) {
    return field.size() == name.size() && boost::beast::iequals(field, name);
  });
}

/// At least what the head takes: it is kept as long as a long poll is held, so that it should not take much
/// more.
std::size_t size_of_head(const http_request& request) {
  constexpr std::size_t rest = 160; // fixed words, and what is set here
  auto size = rest + request.method.size() + request.target.size() + request.host.size();
  for (const auto& [name, value] : request.headers)
    size += name.size() + value.size() + std::string_view{": \r\n"}.size();
  return size;
}

} // namespace

bool is_host_name(std::string_view host) noexcept {
  if (host.empty() || host.size() > 253) return false;
  std::size_t label = 0, dots = 0;
  char before = '.';
  bool digits_only = true; // of the last label: 192.0.2.1 is an address, 1.example is none
  for (char c : host) {
    if (c == '.') {
      if (label == 0 || before == '-') return false;
      ++dots, label = 0, digits_only = true;
    } else {
      if (!is_alnum(c) && (c != '-' || label == 0)) return false;
      if (++label > 63) return false;
      digits_only = digits_only && c >= '0' && c <= '9';
    }
    before = c;
  }
  return dots > 0 && label > 0 && before != '-' && !digits_only;
}

result<std::string> write_request_head(const http_request& request, bool accept_gzip,
                                       std::uint64_t streamed_bytes) {
  if (!is_token(request.method) || request.method == "CONNECT")
    return fail(errc::invalid_argument, "request method");
  if (streamed_bytes > 0 && (request.method == "GET" || request.method == "HEAD"))
    return fail(errc::invalid_argument, "a body that nobody asked for");
  if (!is_target(request.target)) return fail(errc::invalid_argument, "request target");
  std::string head;
  head.reserve(size_of_head(request));
  head.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ");
  head.append(request.host).append("\r\n");
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || is_set_by_transport(name) || !is_field_value(value))
      return fail(errc::invalid_argument, "request field");
    head.append(name).append(": ").append(value).append("\r\n");
  }
  head.append("Accept-Encoding: ").append(accept_gzip ? "gzip" : "identity").append("\r\n");
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD"))
    head.append("Content-Length: ")
        .append(std::to_string(request.body.size() + streamed_bytes))
        .append("\r\n");
  head.append("Connection: keep-alive\r\n\r\n");
  return head;
}

} // namespace weixin::transport
