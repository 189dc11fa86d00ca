#pragma once

#include "protocol/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::notify {

/// HMAC-SHA256 in lower-case hexadecimal digits (RFC 2104, FIPS 180-4).
std::string hmac_sha256(const secret& key, std::string_view message);

/// The value of X-Weixind-Signature: "t=1767225600,v1=<64 digits>", an HMAC over "1767225600." and the body.
/// `unix_seconds` is when this try was made, so that a receiver can refuse an old one that somebody kept.
std::string signature_of(const secret& key, std::int64_t unix_seconds, std::string_view body);

} // namespace weixin::notify
