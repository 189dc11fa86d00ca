#include "protocol/webwx/cookies.hpp"

#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/set_cookie.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace weixin::webwx {

namespace {

constexpr auto push_login_cookies = std::to_array<std::string_view>(
    {"webwxuvid", "webwx_auth_ticket", "wxuin", "login_frequency", "last_wxuin", "wxloadtime", "wxpluginkey",
     "mm_lang", "MM_WX_NOTIFY_STATE", "MM_WX_SOUND_STATE"});

bool is_set_cookie(const http_header& h) noexcept {
  constexpr std::string_view name = "set-cookie";
  return std::equal(h.name.begin(), h.name.end(), name.begin(), name.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

bool is_same_cookie(const cookie& a, const cookie& b) noexcept {
  return a.name == b.name && a.domain == b.domain && a.path == b.path;
}

/// RFC 6265 section 5.1.4.
bool path_matches(std::string_view request_path, std::string_view cookie_path) noexcept {
  if (!request_path.starts_with(cookie_path)) return false;
  return request_path.size() == cookie_path.size() || cookie_path.ends_with('/') ||
         request_path[cookie_path.size()] == '/';
}

} // namespace

void cookie_jar::store(std::string_view request_host, const std::vector<http_header>& response_headers) {
  if (std::none_of(response_headers.begin(), response_headers.end(), is_set_cookie)) return;
  auto answered_at = parse_http_date(find_header(response_headers, "Date"));
  for (const auto& h : response_headers) {
    if (!is_set_cookie(h)) continue;
    auto parsed = parse_set_cookie(request_host, h.value, answered_at);
    if (!parsed) continue;
    if (parsed->is_deletion)
      erase(parsed->what);
    else
      put(std::move(parsed->what));
  }
}

void cookie_jar::put(cookie c) {
  erase(c);
  if (cookies_.size() == max_cookies) cookies_.erase(cookies_.begin());
  cookies_.push_back(std::move(c));
}

void cookie_jar::erase(const cookie& c) {
  std::erase_if(cookies_, [&](const cookie& known) { return is_same_cookie(known, c); });
}

std::string cookie_jar::header_for(std::string_view host, std::string_view target) const {
  auto path = target.substr(0, target.find('?'));
  std::vector<const cookie*> sent;
  for (const auto& c : cookies_) {
    bool goes_there = c.host_only ? host == c.domain : domain_matches(host, c.domain);
    if (goes_there && path_matches(path, c.path)) sent.push_back(&c);
  }
  // The more particular path first, as browsers do.
  std::stable_sort(sent.begin(), sent.end(),
                   [](auto* a, auto* b) { return a->path.size() > b->path.size(); });
  std::string header;
  for (const auto* c : sent) {
    if (!header.empty()) header += "; ";
    header.append(c->name).append(1, '=').append(c->value.reveal());
  }
  return header;
}

const cookie* cookie_jar::find(std::string_view name) const noexcept {
  auto found =
      std::find_if(cookies_.rbegin(), cookies_.rend(), [&](const cookie& c) { return c.name == name; });
  return found == cookies_.rend() ? nullptr : &*found;
}

void cookie_jar::retain_push_login() {
  std::erase_if(cookies_, [](const cookie& c) {
    return std::find(push_login_cookies.begin(), push_login_cookies.end(), c.name) ==
           push_login_cookies.end();
  });
}

secret cookie_jar::to_json() const {
  boost::json::array list;
  for (const auto& c : cookies_) {
    boost::json::object entry{{"name", c.name}, {"value", c.value.reveal()}, {"domain", c.domain},
                              {"path", c.path}, {"host_only", c.host_only},  {"secure", c.secure}};
    if (c.expires) entry["expires"] = *c.expires;
    list.push_back(std::move(entry));
  }
  return secret{boost::json::serialize(list)};
}

result<cookie_jar> cookie_jar::from_json(const secret& json) {
  auto corrupt = [] { return fail(errc::store_corrupt, "cookies"); };
  auto parsed = parse_json(json.reveal(), "cookies");
  const auto* list = parsed ? parsed->if_array() : nullptr;
  if (list == nullptr || list->size() > max_cookies) return corrupt();
  cookie_jar jar;
  for (const auto& item : *list) {
    const auto* entry = item.if_object();
    if (entry == nullptr) return corrupt();
    cookie c;
    c.name = text_field(*entry, "name");
    c.value = secret{text_field(*entry, "value")};
    c.domain = text_field(*entry, "domain");
    c.path = text_field(*entry, "path");
    c.expires = int64_field(*entry, "expires");
    const auto* host_only = entry->if_contains("host_only");
    const auto* secure = entry->if_contains("secure");
    if (c.name.empty() || c.domain.empty() || !c.path.starts_with('/') || host_only == nullptr ||
        !host_only->is_bool() || secure == nullptr || !secure->is_bool())
      return corrupt();
    c.host_only = host_only->get_bool();
    c.secure = secure->get_bool();
    jar.cookies_.push_back(std::move(c));
  }
  return jar;
}

http_request with_cookies(http_request request, const cookie_jar& jar) {
  auto host = request.host;
  return with_cookies_of(host, std::move(request), jar);
}

http_request with_cookies_of(std::string_view host, http_request request, const cookie_jar& jar) {
  auto header = jar.header_for(host, request.target);
  if (!header.empty()) request.headers.push_back({"Cookie", std::move(header)});
  return request;
}

} // namespace weixin::webwx
