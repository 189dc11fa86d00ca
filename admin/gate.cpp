#include "admin/gate.hpp"

#include "admin/json.hpp"
#include "admin/origin.hpp"
#include "supervisor/fleet.hpp"

#include <charconv>
#include <chrono>
#include <system_error>

namespace weixin::admin {

namespace {

httpd::response too_many(std::string_view detail, std::chrono::nanoseconds wait) {
  auto r = httpd::problem(429, "too_many_requests", detail);
  r.headers.push_back({"Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count())});
  return r;
}

std::string account_of(const api_routes::destination& to) {
  auto name = to.params.find("name");
  bool is_name = name != to.params.end() && supervisor::is_valid_account_name(name->second);
  return is_name ? name->second : std::string{};
}

/// What a log may show of a method that somebody made up.
std::string_view known_method(const std::string& method) {
  for (std::string_view known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    if (method == known) return known;
  return "other";
}

/// More than anybody has to say who shows no token; a body whose length is not told counts as one.
bool has_large_body(const httpd::request& r) {
  constexpr std::uint64_t most = 4'096;
  if (!r.header("Transfer-Encoding").empty()) return true;
  auto text = r.header("Content-Length");
  std::uint64_t length = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), length);
  return !text.empty() && (ec != std::errc{} || end != text.data() + text.size() || length > most);
}

} // namespace

gate::gate(gate_options options, std::shared_ptr<const api_routes> routes)
    : options_(std::move(options)), routes_(std::move(routes)), rates_(options_.requests_per_second) {
  if (auto own = parse_authority(options_.listen)) hosts_.insert(own->host);
  for (const auto& name : options_.hosts) {
    // An address of version 6 may stand there without its brackets.
    auto parsed = parse_authority(name);
    hosts_.insert(parsed ? parsed->host : name);
  }
}

bool gate::is_known_host(const std::string& host) const {
  return hosts_.contains(host) || is_loopback_host(host);
}

std::optional<httpd::response> gate::refuse(const httpd::request& r) {
  auto to = routes_->find(r.method, r.target);
  std::string call = std::string{known_method(r.method)} + " " + std::string{to.pattern};
  auto account = account_of(to);
  auto tell = [&](const caller& who, int status, std::string_view code) {
    routes_->trail()->refused(who, call, account, status, code);
  };

  auto host = parse_authority(r.header("Host"));
  if (!host || !is_known_host(host->host)) {
    tell({.from = r.peer_address}, 421, "unknown_host");
    return httpd::problem(
        421, "unknown_host",
        "This server is not known by the name in Host: see api.hosts in its configuration.");
  }
  auto origin = r.header("Origin");
  if (!origin.empty() &&
      !is_same_origin(origin, *host, options_.tls ? "https" : "http", options_.behind_proxy)) {
    tell({.from = r.peer_address}, 403, "foreign_origin");
    return httpd::problem(403, "foreign_origin", "Pages of other servers may not ask this one.");
  }

  auto now = std::chrono::steady_clock::now();
  if (to.what == need::anyone) {
    if (has_large_body(r)) return problem_of(fail(errc::body_too_large, "more than 4096 bytes"));
    // A page comes as two dozen files at once, and each is answered from memory.
    if (!to.pattern.starts_with("/v1/")) return std::nullopt;
    if (auto wait = rates_.refuse(r.peer_address, now))
      return too_many("You ask more often than you may; wait a little.", *wait);
    return std::nullopt;
  }
  auto who = routes_->who_may()->identify(r);
  if (!who.by) return refuse_unknown(r, call, account);
  if (auto no = who.refusal(to.what, to.params)) {
    auto answer = problem_of(*no);
    tell(who, answer.status, to_string(no->code));
    return answer;
  }
  if (auto wait = rates_.refuse(who.by->record().id, now))
    return too_many("This token is used more often than it may; wait a little.", *wait);
  routes_->who_may()->used(who.by);
  return std::nullopt;
}

std::optional<httpd::response> gate::refuse_unknown(const httpd::request& r, const std::string& call,
                                                    const std::string& account) {
  // Who knows no token has none to find either: what is bounded here is the noise.
  if (auto wait = routes_->who_may()->failed(r.peer_address)) {
    routes_->trail()->refused({.from = r.peer_address}, call, account, 429, "too_many_requests");
    return too_many("Too many attempts without a good token; wait a little.", *wait);
  }
  auto answer = problem_of(fail(errc::unauthorized));
  routes_->trail()->refused({.from = r.peer_address}, call, account, answer.status,
                            to_string(errc::unauthorized));
  return answer;
}

} // namespace weixin::admin
