#include "transport/proxy.hpp"

#include "transport/network_options.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>

namespace weixin::transport {

namespace {

constexpr std::size_t most_credential = 255; // RFC 1929 counts them in one byte
constexpr std::size_t most_url = 2048;

error invalid(const char* why) { return fail(errc::invalid_argument, std::string{"proxy: "} + why); }

bool is_credential(std::string_view text) {
  return text.size() <= most_credential && std::none_of(text.begin(), text.end(), [](char c) {
           auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7f;
         });
}

std::string authority_of(const proxy& p) {
  auto host = p.host.find(':') == std::string::npos ? p.host : "[" + p.host + "]";
  return host + ":" + std::to_string(p.port);
}

const char* scheme_of(const proxy& p) { return p.speaks == proxy::protocol::http ? "http://" : "socks5://"; }

} // namespace

result<proxy> parse_proxy(std::string_view url) {
  if (url.size() > most_url) return invalid("too long");
  auto parsed = boost::urls::parse_uri(url);
  if (!parsed) return invalid("want http://host:port or socks5://host:port");
  proxy p;
  if (parsed->scheme() == "http")
    p.speaks = proxy::protocol::http;
  else if (parsed->scheme() == "socks5" || parsed->scheme() == "socks5h")
    p.speaks = proxy::protocol::socks5;
  else
    return invalid("want http:// or socks5://");
  auto path = parsed->encoded_path();
  if (!(path.empty() || path == "/") || parsed->has_query() || parsed->has_fragment())
    return invalid("want nothing behind the port");
  if (!parsed->has_port() || parsed->port_number() == 0) return invalid("want a port from 1 to 65535");
  auto where = parse_host_and_port(std::string{parsed->encoded_host()} + ":" + std::string{parsed->port()});
  if (!where) return invalid("want a host name or an address");
  p.host = where->host;
  p.port = where->port;
  p.user = parsed->user();
  p.password = secret{parsed->password()};
  if (!is_credential(p.user) || !is_credential(p.password.reveal()))
    return invalid("user and password are at most 255 bytes without control characters");
  if (p.user.empty() && !p.password.empty()) return invalid("a password without a user");
  if (p.user.find(':') != std::string::npos && p.speaks == proxy::protocol::http)
    return invalid("Basic credentials cannot hold a colon in the user");
  return p;
}

std::string to_display(const proxy& p) { return scheme_of(p) + authority_of(p); }

secret to_url(const proxy& p) {
  using boost::urls::encode;
  using boost::urls::unreserved_chars;
  std::string credentials;
  if (!p.user.empty()) credentials = encode(p.user, unreserved_chars);
  if (!p.password.empty()) credentials += ":" + encode(p.password.reveal(), unreserved_chars);
  if (!credentials.empty()) credentials += "@";
  return secret{scheme_of(p) + credentials + authority_of(p)};
}

} // namespace weixin::transport
