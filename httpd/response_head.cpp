#include "httpd/response_head.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace weixin::httpd {
namespace {

bool is_token(std::string_view name) {
  static constexpr std::string_view also = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           also.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view value) {
  constexpr std::string_view forbidden{"\r\n\0", 3};
  return value.find_first_of(forbidden) == std::string_view::npos;
}

bool belongs_to_the_server(std::string_view name) {
  constexpr std::array<std::string_view, 4> names{"Content-Length", "Transfer-Encoding", "Connection",
                                                  "Date"};
  return std::any_of(names.begin(), names.end(), [&](std::string_view n) {
    return boost::beast::iequals({n.data(), n.size()}, {name.data(), name.size()});
  });
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

} // namespace

bool is_sendable(const response& r) noexcept {
  return r.status >= 200 && r.status <= 599 && is_value(r.content_type) &&
         std::all_of(r.headers.begin(), r.headers.end(),
                     [](const http_header& h) { return is_token(h.name) && is_value(h.value); });
}

bool has_no_body(int status) noexcept { return status == 204 || status == 304; }

std::string format_head(const response& r, const head_options& options) {
  auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(r.status));
  std::string head;
  head.reserve(256);
  head.append("HTTP/1.1 ").append(std::to_string(r.status)).append(" ");
  head.append(reason.data(), reason.size()).append("\r\n");
  append_field(head, "Date", to_http_date(options.now));
  if (!has_no_body(r.status)) {
    if (!r.content_type.empty()) append_field(head, "Content-Type", r.content_type);
    if (options.frame == framing::length)
      append_field(head, "Content-Length", std::to_string(options.length));
    if (options.frame == framing::chunked) append_field(head, "Transfer-Encoding", "chunked");
  }
  for (const auto& h : r.headers)
    if (!belongs_to_the_server(h.name)) append_field(head, h.name, h.value);
  if (!options.keep_alive)
    append_field(head, "Connection", "close");
  else if (!options.http_1_1)
    append_field(head, "Connection", "keep-alive");
  return head.append("\r\n");
}

std::string to_http_date(wall_time t) {
  using namespace std::chrono;
  constexpr std::array<const char*, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto second = floor<seconds>(t);
  auto day = floor<days>(second);
  year_month_day date{day};
  hh_mm_ss time{second - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                weekdays[weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

} // namespace weixin::httpd
