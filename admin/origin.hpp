#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weixin::admin {

/// A host and a port as a Host field, or an origin behind its scheme, names them.
struct authority {
  std::string host; ///< lower case, without brackets and without a dot at its end
  std::string port; ///< decimal; empty: not named

  friend bool operator==(const authority&, const authority&) = default;
};

/// "localhost:9463", "[::1]", "console.example.com". Nothing for what holds anything else, such as a user.
std::optional<authority> parse_authority(std::string_view text);

/// Whether it is an address of this machine's loopback, or a name for it.
bool is_loopback_host(std::string_view host);

/// Whether a page of this origin (RFC 6454, a field Origin) is one of the server that the Host field names.
/// `scheme` is what the connection speaks, "http" or "https"; with `or_https` a proxy in front may speak
/// https.
bool is_same_origin(std::string_view origin, const authority& host, std::string_view scheme, bool or_https);

} // namespace weixin::admin
