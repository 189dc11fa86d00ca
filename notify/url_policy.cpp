#include "notify/url_policy.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <netinet/in.h>

#include <charconv>
#include <cstring>

namespace weixin::notify {

namespace {
constexpr std::size_t longest_url = 2'048;

bool is_port(std::string_view text) {
  unsigned number = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  return ec == std::errc{} && end == text.data() + text.size() && number >= 1 && number <= 65'535;
}

template <class Address>
Address as(const sockaddr& address) {
  Address copy;
  std::memcpy(&copy, &address, sizeof copy);
  return copy;
}
} // namespace

std::string_view wrong_with_url(std::string_view url) {
  if (url.empty() || url.size() > longest_url) return "expected a URL of 1 to 2048 characters";
  auto parsed = boost::urls::parse_uri(url);
  if (!parsed) return "is not a URL";
  if (parsed->scheme_id() != boost::urls::scheme::http && parsed->scheme_id() != boost::urls::scheme::https)
    return R"(expected a URL that begins with "https://" or "http://")";
  if (parsed->host().empty()) return "expected a URL with a host";
  if (parsed->has_userinfo()) return "expected a URL without a user and a password";
  if (parsed->has_fragment()) return "expected a URL without #";
  if (parsed->has_port() && !is_port(std::string_view{parsed->port()}))
    return "expected a port from 1 to 65535";
  return {};
}

bool is_loopback(const sockaddr& address) noexcept {
  if (address.sa_family == AF_INET) return (ntohl(as<sockaddr_in>(address).sin_addr.s_addr) >> 24U) == 127;
  if (address.sa_family != AF_INET6) return false;
  auto v6 = as<sockaddr_in6>(address).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

} // namespace weixin::notify
