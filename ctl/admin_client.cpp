#include "ctl/admin_client.hpp"

#include "ctl/problem.hpp"
#include "httpd/http_call.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>

namespace weixin::ctl {
namespace {

constexpr std::size_t max_name = 63;

bool can_be_a_name(std::string_view name) {
  auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= max_name && is_plain(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_plain(c) || c == '-'; });
}

httpd::call_target at(const std::string& socket) { return {.unix_path = socket, .address = {}}; }

http_request request_for(std::string method, const std::string& target) {
  return {.method = std::move(method),
          .host = "weixind",
          .target = target,
          .headers = {{"Accept", "application/json, application/problem+json"}, {"User-Agent", "weixinctl"}},
          .body = {}};
}

http_request with_body(http_request r, const boost::json::value& body) {
  r.headers.push_back({"Content-Type", "application/json"});
  r.body = boost::json::serialize(body);
  return r;
}

} // namespace

admin_client::admin_client(std::string socket, std::chrono::milliseconds deadline)
    : socket_(std::move(socket)), deadline_(deadline) {}

outcome<answer> admin_client::call(http_request request, content expected) const {
  auto r = httpd::call(at(socket_), request, deadline_);
  if (!r) return no_answer(r.error(), socket_);
  if (r->status / 100 != 2) return refusal(*r, socket_);
  answer a;
  a.status = r->status;
  a.at = parse_http_date(find_header(r->headers, "Date"));
  a.raw = std::move(r->body);
  if (expected == content::file || a.raw.empty()) return a;
  boost::json::error_code ec;
  a.body = boost::json::parse(a.raw, ec);
  if (ec || !a.body.is_object()) return not_an_admin_api(socket_);
  return a;
}

outcome<answer> admin_client::get(const std::string& target) const {
  return call(request_for("GET", target), content::json);
}

outcome<answer> admin_client::post(const std::string& target, const boost::json::value& body,
                                   std::vector<http_header> headers) const {
  auto r = with_body(request_for("POST", target), body);
  for (auto& h : headers)
    r.headers.push_back(std::move(h));
  return call(std::move(r), content::json);
}

outcome<answer> admin_client::post(const std::string& target) const {
  return call(request_for("POST", target), content::json);
}

outcome<answer> admin_client::patch(const std::string& target, const boost::json::value& body) const {
  return call(with_body(request_for("PATCH", target), body), content::json);
}

outcome<answer> admin_client::remove(const std::string& target) const {
  return call(request_for("DELETE", target), content::json);
}

outcome<answer> admin_client::remove(const std::string& target, const boost::json::value& body) const {
  return call(with_body(request_for("DELETE", target), body), content::json);
}

outcome<answer> admin_client::get_file(const std::string& target) const {
  return call(request_for("GET", target), content::file);
}

outcome<void> admin_client::stream(const std::string& target, std::vector<http_header> headers,
                                   std::function<bool(std::string_view)> on_data,
                                   std::chrono::milliseconds silence) const {
  auto request = request_for("GET", target);
  request.headers[0].value = "text/event-stream";
  for (auto& h : headers)
    request.headers.push_back(std::move(h));
  auto r = httpd::stream(at(socket_), request, std::move(on_data), silence);
  if (!r) return no_answer(r.error(), socket_);
  if (r->status / 100 != 2) return refusal(*r, socket_);
  return {};
}

outcome<std::string> account_target(std::string_view name, std::string_view rest) {
  if (!can_be_a_name(name))
    return failure{exit_code::not_found,
                   "no account can have the name \"" + std::string{name} + "\" (account_not_found)",
                   "a name is 1 to 63 of a-z, 0-9 and '-', and does not begin with '-'"};
  return "/v1/accounts/" + std::string{name} + std::string{rest};
}

std::string segment(std::string_view text) {
  return boost::urls::encode({text.data(), text.size()}, boost::urls::unreserved_chars);
}

std::string query(const std::vector<std::pair<std::string_view, std::string_view>>& pairs) {
  std::string text;
  for (const auto& [key, value] : pairs) {
    if (value.empty()) continue;
    text += (text.empty() ? "?" : "&") + std::string{key} + "=" + segment(value);
  }
  return text;
}

} // namespace weixin::ctl
