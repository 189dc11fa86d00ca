#include "admin/share_calls.hpp"

#include "admin/json.hpp"
#include "qr/qr.hpp"

#include <boost/beast/core/string.hpp>

namespace weixin::admin {

namespace {

using httpd::request;
using context_ptr = std::shared_ptr<const share_calls_context>;

constexpr std::int64_t shortest_seconds = 1;
constexpr std::int64_t usual_seconds = 3'600;
constexpr std::int64_t longest_seconds = 86'400;

/// A credential, or the way to one: nobody may keep it.
httpd::response uncached(httpd::response r) {
  r.headers.push_back({"Cache-Control", "no-store"});
  r.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return r;
}

httpd::response picture(std::string mime, std::string bytes) {
  httpd::response r;
  r.content_type = std::move(mime);
  r.body = std::move(bytes);
  return uncached(std::move(r));
}

httpd::response no_content() {
  httpd::response r;
  r.status = 204;
  r.content_type.clear();
  return uncached(std::move(r));
}

httpd::response refused(std::string_view code, std::string_view detail) {
  auto r = httpd::problem(401, code, detail);
  r.headers.push_back({"WWW-Authenticate", "Share"});
  return uncached(std::move(r));
}

std::string_view link_of(const request& r) {
  constexpr std::string_view scheme = "Share ";
  auto header = r.header("Authorization");
  if (!boost::beast::iequals(header.substr(0, scheme.size()), scheme)) return {};
  return header.substr(scheme.size());
}

/// The account that the request's link is for; answers when there is none.
std::optional<std::pair<share_claim, account_view>> shared_account(const context_ptr& c, const request& r,
                                                                   const reply& to) {
  auto claim = c->signer.check(link_of(r));
  // Removed and added again, it is somebody else's account.
  auto account = claim ? c->fleet.account(claim->account) : std::nullopt;
  if (!account || to_milliseconds(account->created_at) != claim->created_ms) {
    to.send(refused("link_invalid", "This link is not valid, or not any more: ask for a new one."));
    return std::nullopt;
  }
  if (claim->expires_at <= c->clock->now()) {
    to.send(refused("link_expired", "This link has expired: ask for a new one."));
    return std::nullopt;
  }
  return std::pair{std::move(*claim), std::move(*account)};
}

/// What who scans has to know of the account's state, and nothing more.
std::string_view shown_state(std::string_view state, bool has_code) {
  if (state == "awaiting_scan") return has_code ? "waiting" : "starting";
  if (state == "awaiting_confirm") return "scanned";
  if (state == "starting") return "starting";
  if (state == "online" || state == "degraded" || state == "throttled") return "online";
  return "unavailable";
}

void share(const context_ptr& c, const request& r, const reply& to) {
  auto account = c->fleet.account(r.params.at("name"));
  if (!account) return to.refuse(fail(errc::account_not_found));
  auto body = read_object(r.body, {"expires_in"});
  if (!body) return to.refuse(body.error());
  auto seconds = usual_seconds;
  if (const auto* value = body->if_contains("expires_in")) {
    const auto* number = value->if_int64();
    if (number == nullptr || *number < shortest_seconds || *number > longest_seconds)
      return to.refuse(fail(errc::invalid_argument, "expires_in must be a whole number of seconds from " +
                                                        std::to_string(shortest_seconds) + " to " +
                                                        std::to_string(longest_seconds)));
    seconds = *number;
  }
  auto base = c->api_url ? c->api_url() : std::string{};
  if (base.empty())
    return to.refuse(fail(errc::invalid_argument,
                          "nobody could open the link: set api.listen in the configuration, and start anew"));
  share_claim claim{account->name, to_milliseconds(account->created_at),
                    std::chrono::floor<std::chrono::milliseconds>(c->clock->now()) +
                        std::chrono::seconds{seconds}};
  auto link = c->signer.sign(claim);
  to.concerns(link.id);
  auto path = "/console/scan.html#" + link.text;
  to.send(uncached(json_response(
      201, {{"url", base + path}, {"path", path}, {"expires_at", to_rfc3339(claim.expires_at)}})));
}

void get_shared(const context_ptr& c, const request& r, const reply& to) {
  auto shared = shared_account(c, r, to);
  if (!shared) return;
  auto pending = c->fleet.qr(shared->first.account).value_or(std::nullopt);
  auto state = shown_state(shared->second.state, pending.has_value());
  boost::json::object body{{"state", state}, {"expires_at", to_rfc3339(shared->first.expires_at)}};
  if (state == "waiting") body["issued_at"] = to_rfc3339(pending->issued_at);
  to.send(uncached(json_response(200, body)));
}

void get_shared_qr(const context_ptr& c, const request& r, const reply& to) {
  auto shared = shared_account(c, r, to);
  if (!shared) return;
  auto pending = c->fleet.qr(shared->first.account).value_or(std::nullopt);
  if (!pending || shared->second.state != "awaiting_scan") return to.send(no_content());
  auto code = qr::encode(pending->url);
  if (!code) return to.refuse(code.error());
  auto png = qr::to_png(*code);
  if (!png) return to.refuse(png.error());
  to.send(picture("image/png", std::move(*png)));
}

void get_shared_avatar(const context_ptr& c, const request& r, const reply& to) {
  auto shared = shared_account(c, r, to);
  if (!shared) return;
  auto who = c->fleet.scan_picture(shared->first.account);
  if (!who) return to.send(no_content());
  to.send(picture(who->mime, who->bytes));
}

} // namespace

void add_share_calls(api_routes& routes, share_calls_context context) {
  auto c = std::make_shared<const share_calls_context>(std::move(context));
  using call = void (*)(const context_ptr&, const request&, const reply&);
  auto add = [&](const char* method, const char* pattern, need what, call handle) {
    routes.add(method, pattern, what, [c, handle](const request& r, const reply& to) { handle(c, r, to); });
  };
  add("POST", "/v1/accounts/{name}/share", need::operate, share);
  add("GET", "/v1/shared", need::anyone, get_shared);
  add("GET", "/v1/shared/qr", need::anyone, get_shared_qr);
  add("GET", "/v1/shared/avatar", need::anyone, get_shared_avatar);
}

} // namespace weixin::admin
