#include "admin/origin.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/url/authority_view.hpp>

#include <algorithm>
#include <cctype>

namespace weixin::admin {

namespace {

std::string lowered(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

/// Of a scheme that an authority names none of.
std::string_view default_port(std::string_view scheme) { return scheme == "https" ? "443" : "80"; }

std::string_view port_of(const authority& a, std::string_view scheme) {
  return a.port.empty() ? default_port(scheme) : std::string_view{a.port};
}

} // namespace

std::optional<authority> parse_authority(std::string_view text) {
  auto parsed = boost::urls::parse_authority({text.data(), text.size()});
  if (!parsed || parsed->has_userinfo() || parsed->encoded_host().empty()) return std::nullopt;
  authority a;
  a.host = lowered({parsed->encoded_host().data(), parsed->encoded_host().size()});
  if (a.host.starts_with('[') && a.host.ends_with(']')) a.host = a.host.substr(1, a.host.size() - 2);
  if (a.host.size() > 1 && a.host.ends_with('.')) a.host.pop_back();
  a.port = std::string{parsed->port().data(), parsed->port().size()};
  return a;
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost") return true;
  boost::system::error_code ec;
  auto address = boost::asio::ip::make_address(std::string{host}, ec);
  return !ec && address.is_loopback();
}

bool is_same_origin(std::string_view origin, const authority& host, std::string_view scheme, bool or_https) {
  auto colon = origin.find("://");
  if (colon == std::string_view::npos) return false; // "null" among others
  auto its_scheme = lowered(origin.substr(0, colon));
  if (its_scheme != scheme && !(or_https && its_scheme == "https")) return false;
  auto a = parse_authority(origin.substr(colon + 3));
  // The port that the host names none of is the one of the scheme that the page came by.
  return a && a->host == host.host && port_of(*a, its_scheme) == port_of(host, its_scheme);
}

} // namespace weixin::admin
