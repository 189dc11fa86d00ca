#include "tests/protocol/wire_capture.hpp"

#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/percent.hpp"

#include <algorithm>

namespace weixin::webwx {

namespace {

std::map<std::string, std::string> read_query(std::string_view query) {
  std::map<std::string, std::string> values;
  while (!query.empty()) {
    auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    values[percent_decode(pair.substr(0, equals))] = percent_decode(pair.substr(equals + 1));
  }
  return values;
}

void read_target(captured_request& r, std::string_view target) {
  auto mark = target.find('?');
  r.path = std::string{target.substr(0, mark)};
  if (mark != std::string_view::npos) r.query = read_query(target.substr(mark + 1));
}

void read_body(captured_request& r) {
  auto parsed = parse_json(r.body, "capture");
  if (parsed && parsed->is_object()) r.json = parsed->get_object();
  // Some post the query as a form.
  else if (r.body.find('=') != std::string::npos && r.body.find('\n') == std::string::npos)
    r.query.merge(read_query(r.body));
}

/// The quoted value of `name` in a part's head.
std::string parameter(std::string_view head, std::string_view name) {
  auto at = head.find(std::string{name} + "=\"");
  if (at == std::string_view::npos) return {};
  head.remove_prefix(at + name.size() + 2);
  std::string value;
  for (std::size_t i = 0; i < head.size() && head[i] != '"'; ++i) {
    if (head[i] == '\\' && i + 1 < head.size()) ++i;
    value += head[i];
  }
  return value;
}

void read_multipart(captured_request& r, std::string_view content_type) {
  auto at = content_type.find("boundary=");
  if (at == std::string_view::npos) return;
  auto line = "--" + std::string{content_type.substr(at + 9)};
  std::string_view rest = r.body;
  while (rest.starts_with(line + "\r\n")) {
    rest.remove_prefix(line.size() + 2);
    auto head_end = rest.find("\r\n\r\n");
    auto end = rest.find("\r\n" + line);
    if (head_end == std::string_view::npos || end == std::string_view::npos) return;
    auto head = rest.substr(0, head_end);
    auto name = parameter(head, " name");
    if (head.find("filename=") != std::string_view::npos)
      r.file_name = parameter(head, "filename");
    else
      r.form[name] = std::string{rest.substr(head_end + 4, end - head_end - 4)};
    rest.remove_prefix(end + 2);
  }
}

} // namespace

std::string captured_request::query_or(const std::string& name, std::string_view otherwise) const {
  auto found = query.find(name);
  return found == query.end() ? std::string{otherwise} : found->second;
}

std::optional<captured_request> read_capture(std::string_view line) {
  auto parsed = parse_json(line, "capture");
  const auto* o = parsed ? parsed->if_object() : nullptr;
  if (o == nullptr) return std::nullopt;
  captured_request r;
  r.client = text_field(*o, "client");
  r.endpoint = text_field(*o, "endpoint");
  r.host = text_field(*o, "host");
  auto first = text_field(*o, "request_line");
  auto blank = first.find(' ');
  auto last = first.rfind(' ');
  if (blank == std::string::npos || blank == last) return r;
  r.method = first.substr(0, blank);
  read_target(r, std::string_view{first}.substr(blank + 1, last - blank - 1));
  if (const auto* headers = array_field(*o, "request_headers"))
    for (const auto& h : *headers)
      if (const auto* pair = h.if_array(); pair != nullptr && pair->size() == 2)
        r.headers.push_back({text_of((*pair)[0]), text_of((*pair)[1])});
  if (const auto* body = object_field(*o, "request_body")) {
    r.body = text_field(*body, "text");
    read_body(r);
  }
  if (const auto* form = object_field(*o, "request_form")) {
    if (const auto* fields = object_field(*form, "fields")) r.form = *fields;
    if (const auto* file = object_field(*form, "file")) r.file_name = text_field(*file, "filename");
  }
  return r;
}

captured_request take_apart(const http_request& request, std::string_view endpoint) {
  captured_request r;
  r.client = "weixind";
  r.endpoint = std::string{endpoint};
  r.method = request.method;
  r.host = request.host;
  read_target(r, request.target);
  r.headers = request.headers;
  r.body = request.body;
  auto type = find_header(r.headers, "Content-Type");
  if (type.starts_with("multipart/"))
    read_multipart(r, type);
  else
    read_body(r);
  return r;
}

} // namespace weixin::webwx
