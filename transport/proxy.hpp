#pragma once

#include "protocol/result.hpp"
#include "protocol/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::transport {

/// A proxy that all connections of one account go through. TLS runs between weixind and Weixin: the proxy
/// sees host names and sizes, and can only refuse.
struct proxy {
  enum class protocol : std::uint8_t {
    http,   ///< CONNECT (RFC 9110 section 9.3.6), with Basic credentials
    socks5, ///< RFC 1928 with names resolved by the proxy, with a user name and password (RFC 1929)
  };

  protocol speaks = protocol::http;
  std::string host; ///< a name, or an address without brackets
  std::uint16_t port = 0;
  std::string user;
  secret password;

  friend bool operator==(const proxy&, const proxy&) = default;
};

/// Reads "http://[user:password@]host:port" or "socks5://...". User and password may be percent-encoded and
/// are at most 255 bytes. Error: invalid_argument, with a context that never holds any of the text.
result<proxy> parse_proxy(std::string_view url);

/// The URL without user and password: for people, logs and the admin API.
std::string to_display(const proxy& p);

/// The whole URL: for the store, which seals it.
secret to_url(const proxy& p);

} // namespace weixin::transport
