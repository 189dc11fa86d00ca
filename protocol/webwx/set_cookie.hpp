#pragma once

#include "protocol/webwx/cookies.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace weixin::webwx {

/// What a Set-Cookie header says for the jar.
struct set_cookie {
  cookie what;
  bool is_deletion = false;
};

/// Seconds since the epoch of a date as cookies and HTTP write it ("Sun, 22-Nov-2026 18:55:44 GMT", with
/// dashes or spaces); nothing for anything else.
std::optional<std::int64_t> parse_http_date(std::string_view text) noexcept;

/// One Set-Cookie value of an answer of `request_host`. `answered_at` is the answer's own Date: this folder
/// has no clock, and the server's is the one that Expires was written by. Nothing when the cookie is not to
/// be taken.
std::optional<set_cookie> parse_set_cookie(std::string_view request_host, std::string_view value,
                                           std::optional<std::int64_t> answered_at);

/// True when a cookie of `domain` goes to `host` (RFC 6265 section 5.1.3, for names; addresses match only
/// themselves).
bool domain_matches(std::string_view host, std::string_view domain) noexcept;

} // namespace weixin::webwx
