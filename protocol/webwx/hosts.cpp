#include "protocol/webwx/hosts.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <array>

namespace weixin::webwx {

namespace {

struct row {
  std::string_view entry;
  std::string_view login;
  std::string_view file;
  std::string_view push;
};

// In test order. The last row is for entry hosts that the table does not know.
constexpr auto table = std::to_array<row>({
    {"wx2.qq.com", "login.wx2.qq.com", "file.wx2.qq.com", "webpush.wx2.qq.com"},
    {"wx8.qq.com", "login.wx8.qq.com", "file.wx8.qq.com", "webpush.wx8.qq.com"},
    {"wx.qq.com", "login.wx.qq.com", "file.wx.qq.com", "webpush.wx.qq.com"},
    {"web2.wechat.com", "login.web2.wechat.com", "file.web2.wechat.com", "webpush.web2.wechat.com"},
    {"web.wechat.com", "login.web.wechat.com", "file.web.wechat.com", "webpush.web.wechat.com"},
    {"", "login.weixin.qq.com", "file.wx.qq.com", "webpush.weixin.qq.com"},
});

constexpr std::size_t max_uri_bytes = 4096;

const row& row_of(std::string_view entry) noexcept {
  auto found = std::find_if(table.begin(), table.end() - 1, [&](const row& r) { return r.entry == entry; });
  return *found;
}

} // namespace

hosts hosts_for_entry(std::string_view entry) {
  const auto& r = row_of(entry);
  return {std::string{entry}, std::string{r.login}, std::string{r.file}, std::string{r.push}};
}

std::vector<std::string> push_candidates(const hosts& h) {
  std::string_view own = row_of(h.entry).push;
  std::vector<std::string> candidates{std::string{own}};
  for (const auto& r : table)
    if (r.push != own) candidates.emplace_back(r.push);
  return candidates;
}

bool is_known_host(std::string_view host) noexcept {
  if (host.empty()) return false;
  return std::any_of(table.begin(), table.end(), [&](const row& r) {
    return host == r.entry || host == r.login || host == r.file || host == r.push;
  });
}

result<redirect> parse_redirect_uri(std::string_view uri) {
  auto refused = [](std::string_view why) {
    return error{errc::host_not_allowed, "redirect_uri: " + std::string{why}, 0, true};
  };
  if (uri.size() > max_uri_bytes) return refused("too long");
  auto parsed = boost::urls::parse_uri(uri);
  if (!parsed) return refused("no URI");
  const auto& u = *parsed;
  if (u.scheme() != "https") return refused("not https");
  if (u.has_userinfo()) return refused("user info");
  if (u.has_port() && u.port() != "443") return refused("another port");
  if (u.host_type() != boost::urls::host_type::name) return refused("no host name");
  // The encoded form: a host that needs decoding to look right is not the right one.
  auto encoded = u.encoded_host();
  std::string_view host{encoded.data(), encoded.size()};
  if (host.empty() || row_of(host).entry != host) return refused("a host that is not in the table");
  auto target = u.encoded_target();
  std::string path{target.data(), target.size()};
  if (!path.starts_with('/')) return refused("no path");
  return redirect{std::string{host}, std::move(path)};
}

} // namespace weixin::webwx
