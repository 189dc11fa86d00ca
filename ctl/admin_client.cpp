#include "ctl/admin_client.hpp"

#include "ctl/problem.hpp"
#include "ctl/source_file.hpp"
#include "httpd/http_call.hpp"
#include "protocol/webwx/multipart.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <sys/random.h>

namespace weixin::ctl {
namespace {

constexpr std::size_t max_name = 63;

bool can_be_a_name(std::string_view name) {
  auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= max_name && is_plain(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_plain(c) || c == '-'; });
}

/// Nobody can have put it into the file.
std::string random_boundary() {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::array<unsigned char, 40> bytes{};
  // So few bytes are given whole, and at once.
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) bytes.fill(0);
  std::string text = "weixinctl-";
  for (auto b : bytes)
    text += letters[b % letters.size()];
  return text;
}

http_request with_body(http_request r, const boost::json::value& body) {
  r.headers.push_back({"Content-Type", "application/json"});
  r.body = boost::json::serialize(body);
  return r;
}

constexpr int most_tries = 6;
constexpr std::chrono::seconds longest_wait{5};

/// How long to wait before the same is asked again: a call above the rate was refused before anything of it
/// was done.
std::optional<std::chrono::seconds> wait_when_asked_too_often(const http_response& r) {
  if (r.status != 429 || r.body.find("\"too_many_requests\"") == std::string::npos) return std::nullopt;
  auto told = find_header(r.headers, "Retry-After");
  long seconds = 1;
  std::from_chars(told.data(), told.data() + told.size(), seconds);
  return std::clamp(std::chrono::seconds{seconds}, std::chrono::seconds{0}, longest_wait);
}

} // namespace

admin_client::admin_client(server_address server, std::chrono::milliseconds deadline, sleeper sleep)
    : server_(std::move(server)), deadline_(deadline), sleep_(std::move(sleep)) {}

http_request admin_client::request_for(std::string method, const std::string& target) const {
  http_request r{
      .method = std::move(method),
      .host = server_.host,
      .target = target,
      .headers = {{"Accept", "application/json, application/problem+json"}, {"User-Agent", "weixinctl"}},
      .body = {}};
  if (!server_.token.empty()) r.headers.push_back({"Authorization", "Bearer " + server_.token.reveal()});
  return r;
}

template <class Call>
result<http_response> admin_client::at_first(Call call) const {
  result<http_response> r = fail(errc::connect_failed);
  for (const auto& target : server_.targets) {
    r = call(target);
    if (r || r.error().code != errc::connect_failed) break;
  }
  return r;
}

outcome<answer> admin_client::call(http_request request, content expected) const {
  for (int tries = 1;; ++tries) {
    auto r = at_first([&](const auto& at) { return httpd::call(at, request, deadline_); });
    auto wait = r ? wait_when_asked_too_often(*r) : std::nullopt;
    if (!wait || tries == most_tries) return read_answer(std::move(r), expected);
    sleep_(*wait);
  }
}

outcome<answer> admin_client::read_answer(result<http_response> r, content expected) const {
  if (!r) return no_answer(r.error(), server_);
  if (r->status / 100 != 2) return refusal(*r, server_);
  answer a;
  a.status = r->status;
  a.at = parse_http_date(find_header(r->headers, "Date"));
  a.raw = std::move(r->body);
  if (expected == content::file || a.raw.empty()) return a;
  boost::json::error_code ec;
  a.body = boost::json::parse(a.raw, ec);
  if (ec || !a.body.is_object()) return not_an_admin_api(server_);
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

outcome<answer> admin_client::post_file(const std::string& target, const std::vector<form_text>& fields,
                                        const std::string& file, std::vector<http_header> headers,
                                        std::chrono::milliseconds deadline) const {
  auto cannot = [&](const error& why) { return failure{exit_code::usage, file + ": " + why.context}; };
  auto source = source_file::open(file);
  if (!source) return cannot(source.error());
  std::vector<webwx::form_field> parts;
  for (const auto& f : fields)
    parts.push_back({f.name, f.value});
  auto name = std::filesystem::path{file}.filename().string();
  auto frame = webwx::make_multipart(random_boundary(), parts, "file", name, "application/octet-stream");
  if (!frame) return failure{exit_code::failure, to_string(frame.error())};
  auto request = request_for("POST", target);
  request.headers.push_back({"Content-Type", frame->content_type});
  for (auto& h : headers)
    request.headers.push_back(std::move(h));
  request.body = frame->head;
  httpd::call_body rest;
  rest.bytes = source->bytes() + frame->tail.size();
  // A body that stops before its end is thrown away by the server.
  rest.next = [&] { return source->left() > 0 ? source->next() : result<std::string>{frame->tail}; };
  auto r = at_first([&](const auto& at) { return httpd::call(at, request, rest, deadline); });
  if (!r && r.error().code == errc::file_changed) return cannot(r.error());
  return read_answer(std::move(r), content::json);
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

outcome<void> admin_client::download(const std::string& target, std::function<bool(std::string_view)> on_data,
                                     std::chrono::milliseconds silence) const {
  auto request = request_for("GET", target);
  request.headers[0].value = "*/*";
  return read_stream(std::move(request), std::move(on_data), silence);
}

outcome<void> admin_client::read_stream(http_request request, std::function<bool(std::string_view)> on_data,
                                        std::chrono::milliseconds silence) const {
  auto r = at_first([&](const auto& at) { return httpd::stream(at, request, on_data, silence); });
  if (!r) return no_answer(r.error(), server_);
  if (r->status / 100 != 2) return refusal(*r, server_);
  return {};
}

outcome<void> admin_client::stream(const std::string& target, std::vector<http_header> headers,
                                   std::function<bool(std::string_view)> on_data,
                                   std::chrono::milliseconds silence) const {
  auto request = request_for("GET", target);
  request.headers[0].value = "text/event-stream";
  for (auto& h : headers)
    request.headers.push_back(std::move(h));
  return read_stream(std::move(request), std::move(on_data), silence);
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
