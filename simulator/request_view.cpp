#include "simulator/request_view.hpp"

#include "simulator/wire_text.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <charconv>

namespace weixin::simulator {
namespace {

constexpr std::string_view cgi = "/cgi-bin/mmwebwx-bin/";

std::string form_decode(std::string_view text) {
  std::string spaced{text};
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return percent_decode(spaced);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

} // namespace

request_view::request_view(const httpd::request& r) : request_(&r), role_(role_of(r.header("Host"))) {
  std::string_view path = r.path;
  if (path.starts_with(cgi)) {
    endpoint_ = path.substr(cgi.size());
  } else if (path == "/jslogin") {
    endpoint_ = "jslogin";
  } else if (path == "/") {
    endpoint_ = "root";
  } else {
    for (std::string_view prefix : {"/qrcode/", "/l/"})
      if (path.starts_with(prefix)) {
        endpoint_ = prefix.substr(1, prefix.size() - 2);
        path_tail_ = path.substr(prefix.size());
      }
  }
  read_cookies();
  read_body();
}

void request_view::read_cookies() {
  for (const auto& h : request_->headers) {
    if (h.name.size() != 6 || find_header({h}, "Cookie").empty()) continue;
    std::string_view rest = h.value;
    while (!rest.empty()) {
      auto item = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(rest.size(), item.size() + 1));
      auto equals = item.find('=');
      if (equals == std::string_view::npos) continue;
      cookies_.insert_or_assign(std::string{trim(item.substr(0, equals))},
                                std::string{item.substr(equals + 1)});
    }
  }
}

void request_view::read_body() {
  std::string_view text = request_->body;
  auto start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return;
  if (text[start] == '{') {
    boost::system::error_code ec;
    auto value = boost::json::parse({text.data(), text.size()}, ec);
    if (ec || !value.is_object()) return;
    body_ = std::move(value.get_object());
    if (const auto* base = object_of(*body_, "BaseRequest"))
      base_ = {text_of(*base, "Uin"), text_of(*base, "Sid"), text_of(*base, "Skey"),
               text_of(*base, "DeviceID")};
    return;
  }
  if (header("Content-Type").find("x-www-form-urlencoded") == std::string_view::npos) return;
  while (!text.empty()) {
    auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    auto equals = pair.find('=');
    if (equals != std::string_view::npos)
      form_.insert_or_assign(form_decode(pair.substr(0, equals)), form_decode(pair.substr(equals + 1)));
  }
}

bool request_view::has_field(std::string_view name) const noexcept {
  return request_->query.find(name) != request_->query.end() || form_.find(name) != form_.end();
}

std::string_view request_view::field(std::string_view name) const noexcept {
  if (auto found = request_->query.find(name); found != request_->query.end()) return found->second;
  if (auto found = form_.find(name); found != form_.end()) return found->second;
  return {};
}

std::string_view request_view::cookie(std::string_view name) const noexcept {
  auto found = cookies_.find(name);
  return found == cookies_.end() ? std::string_view{} : std::string_view{found->second};
}

bool request_view::offers_gzip() const noexcept {
  return header("Accept-Encoding").find("gzip") != std::string_view::npos;
}

std::string text_of(const boost::json::object& o, std::string_view name) {
  const auto* value = o.if_contains({name.data(), name.size()});
  if (value == nullptr) return {};
  if (const auto* s = value->if_string()) return std::string{s->data(), s->size()};
  if (const auto* i = value->if_int64()) return std::to_string(*i);
  if (const auto* u = value->if_uint64()) return std::to_string(*u);
  return {};
}

std::optional<std::int64_t> integer_of(const boost::json::object& o, std::string_view name) {
  auto text = text_of(o, name);
  std::int64_t value = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

const boost::json::object* object_of(const boost::json::object& o, std::string_view name) {
  const auto* value = o.if_contains({name.data(), name.size()});
  return value == nullptr ? nullptr : value->if_object();
}

} // namespace weixin::simulator
