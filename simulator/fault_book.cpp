#include "simulator/fault_book.hpp"

#include "simulator/wire_formats.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weixin::simulator {
namespace {

constexpr std::array<std::string_view, fault_kind_count> kind_names{
    "ret",          "selector",      "http_status", "close",           "reset",        "stall",
    "empty",        "html",          "garbage",     "deep_nesting",    "huge",         "garbage_head",
    "slow",         "lost_response", "truncated",   "bad_utf8",        "cut_head",     "cut_body",
    "short_length", "long_length",   "chunked",     "expired_cookies", "broken_chunks"};

answer with_body(std::string body) {
  auto a = javascript(std::move(body));
  a.response.content_type = "text/plain";
  return a;
}

answer raw(std::string bytes) {
  answer a;
  a.how = answer::way::raw;
  a.bytes = std::move(bytes);
  return a;
}

answer without_words(answer::way how) {
  answer a;
  a.how = how;
  return a;
}

std::string head_of(const answer& right, std::string_view framing) {
  std::string head = "HTTP/1.1 " + std::to_string(right.response.status) + " OK\r\nContent-Type: ";
  head.append(right.response.content_type).append("\r\n");
  for (const auto& h : right.response.headers)
    head.append(h.name).append(": ").append(h.value).append("\r\n");
  return head.append(framing).append("\r\n\r\n");
}

std::string length_field(std::size_t bytes) { return "Content-Length: " + std::to_string(bytes); }

std::string in_chunks(std::string_view body) {
  constexpr std::size_t size = 7;
  std::string out;
  while (!body.empty()) {
    auto part = body.substr(0, size);
    out.append(1, static_cast<char>('0' + part.size())).append("\r\n").append(part).append("\r\n");
    body.remove_prefix(part.size());
  }
  return out.append("0\r\n\r\n");
}

/// A Set-Cookie line with its expiry in the past.
std::string expired(std::string line) {
  constexpr std::string_view attribute = "Expires=";
  auto at = line.find(attribute);
  if (at == std::string::npos) return line;
  at += attribute.size();
  return line.replace(at, std::min(line.find(';', at), line.size()) - at, "Thu, 01-Jan-1970 00:00:01 GMT");
}

std::string broken_utf8(std::string body) {
  // Inside the first string value of JSON, or anywhere in a body of another form.
  auto at = body.find(": \"");
  if (at == std::string::npos) at = body.find(":\"");
  at = at == std::string::npos ? body.size() / 2 : body.find('"', at) + 1;
  body.insert(std::min(at, body.size()), "\x85\xff\xc0\xaf\x01");
  return body;
}

} // namespace

std::string_view to_string(fault_kind kind) noexcept { return kind_names[static_cast<std::size_t>(kind)]; }

std::optional<fault_kind> fault_kind_of(std::string_view name) noexcept {
  auto found = std::find(kind_names.begin(), kind_names.end(), name);
  if (found == kind_names.end()) return std::nullopt;
  return static_cast<fault_kind>(found - kind_names.begin());
}

bool happens_after_the_work(fault_kind kind) noexcept { return kind >= fault_kind::slow; }

std::uint64_t fault_book::add(fault_rule rule) {
  if (rules_.size() >= max_rules)
    std::erase_if(rules_, [](const fault_rule& r) { return r.remaining == std::uint64_t{0}; });
  if (rules_.size() >= max_rules) return 0;
  rule.id = ++last_id_;
  rules_.push_back(std::move(rule));
  return last_id_;
}

bool fault_book::remove(std::uint64_t id) {
  return std::erase_if(rules_, [&](const fault_rule& r) { return r.id == id; }) != 0;
}

bool fault_book::matches(const fault_rule& rule, std::string_view endpoint, std::size_t user) noexcept {
  if (rule.remaining == std::uint64_t{0}) return false;
  if (rule.kind == fault_kind::selector && endpoint != "synccheck") return false;
  return (rule.endpoint == "*" || rule.endpoint == endpoint) && (rule.user == 0 || rule.user == user);
}

answer faulty_answer(const fault_rule& rule, std::string_view endpoint) {
  switch (rule.kind) {
  case fault_kind::ret:
    return ret_in_words_of(endpoint, static_cast<int>(rule.value));
  case fault_kind::selector:
    return synccheck_answer(0, static_cast<int>(rule.value));
  case fault_kind::http_status:
    return plain_status(rule.value == 0 ? 502 : static_cast<int>(rule.value));
  case fault_kind::reset:
    return without_words(answer::way::reset);
  case fault_kind::stall:
    return without_words(answer::way::stall);
  case fault_kind::empty:
    return with_body({});
  case fault_kind::html:
    return html("<!DOCTYPE html><html><head><title>error</title></head><body>try later</body></html>");
  case fault_kind::garbage:
    return with_body("\x1b}{\"Ret\":,,\x07 window.= <error><ret>zero</ret>");
  case fault_kind::deep_nesting:
    return with_body(std::string(100'000, '['));
  case fault_kind::huge: {
    constexpr std::int64_t most = 64LL * 1024 * 1024;
    auto size = rule.value <= 0 ? 16LL * 1024 * 1024 : std::min<std::int64_t>(rule.value, most);
    std::string body = "{\"BaseResponse\":{\"Ret\":0,\"ErrMsg\":\"";
    body.append(static_cast<std::size_t>(size), 'x').append("\"}}");
    return with_body(std::move(body));
  }
  case fault_kind::garbage_head:
    return raw(std::string{"0 -\x15\x03\x01\x00\x02\x02\x46 \xff\xfe\r\n\r\n", 17});
  default:
    return without_words(answer::way::close);
  }
}

answer spoil(answer right, const fault_rule& rule) {
  if (rule.kind == fault_kind::lost_response) return without_words(answer::way::close);
  if (right.how != answer::way::respond) return right;
  auto& body = right.response.body;
  switch (rule.kind) {
  case fault_kind::truncated:
    body.resize(body.size() / 2);
    return right;
  case fault_kind::bad_utf8:
    body = broken_utf8(std::move(body));
    return right;
  case fault_kind::cut_head: {
    auto head = head_of(right, length_field(body.size()));
    return raw(head.substr(0, head.size() / 2));
  }
  case fault_kind::cut_body:
    return raw(head_of(right, length_field(body.size())) + body.substr(0, body.size() / 2));
  case fault_kind::short_length:
    return raw(head_of(right, length_field(body.size() / 2)) + body);
  case fault_kind::long_length:
    return raw(head_of(right, length_field(body.size() + 100)) + body);
  case fault_kind::chunked:
    return raw(head_of(right, "Transfer-Encoding: chunked") + in_chunks(body));
  case fault_kind::expired_cookies:
    for (auto& h : right.response.headers)
      if (h.name == "Set-Cookie") h.value = expired(h.value);
    return right;
  case fault_kind::broken_chunks:
    return raw(head_of(right, "Transfer-Encoding: chunked") + "5\r\n" + body.substr(0, 5) + "\r\nzz\r\n");
  default:
    return right;
  }
}

} // namespace weixin::simulator
