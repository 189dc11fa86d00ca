#include "httpd/sse.hpp"

namespace weixin::httpd {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out.append(name).append(": ");
  for (char c : value)
    if (c != '\r' && c != '\n' && c != '\0') out += c;
  out += '\n';
}

/// Calls `line` for each line of the text; CRLF, LF and a lone CR all end one, as clients read them.
template <class F>
void for_each_line(std::string_view text, F line) {
  for (;;) {
    auto end = text.find_first_of("\r\n");
    line(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(text.substr(end, 2) == "\r\n" ? end + 2 : end + 1);
  }
}

} // namespace

std::string to_string(const sse_event& e) {
  std::string out;
  out.reserve(e.id.size() + e.event.size() + e.data.size() + 32);
  append_field(out, "id", e.id);
  append_field(out, "event", e.event);
  for_each_line(e.data, [&](std::string_view line) { out.append("data: ").append(line).append("\n"); });
  out += '\n';
  return out;
}

std::string sse_comment(std::string_view text) {
  std::string out;
  for_each_line(text, [&](std::string_view line) { out.append(": ").append(line).append("\n"); });
  out += '\n';
  return out;
}

} // namespace weixin::httpd
