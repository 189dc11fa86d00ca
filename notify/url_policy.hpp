#pragma once

#include <string_view>

struct sockaddr;

namespace weixin::notify {

/// Nothing to say against an http or https URL with a host, without a user, a password or a fragment; else
/// what is expected, in words that do not repeat the URL: it may hold a token.
std::string_view wrong_with_url(std::string_view url);

/// True for 127.0.0.0/8, ::1, and the former mapped into IPv6.
bool is_loopback(const sockaddr& address) noexcept;

} // namespace weixin::notify
