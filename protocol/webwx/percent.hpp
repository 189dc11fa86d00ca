#pragma once

#include <string>
#include <string_view>

namespace weixin::webwx {

/// Percent-encoded for a query or a form: everything but unreserved characters (RFC 3986 section 2.3).
std::string percent_encode(std::string_view text);

/// Undoes it once; a '%' that no two hexadecimal digits follow stays, and so does '+'.
std::string percent_decode(std::string_view text);

} // namespace weixin::webwx
