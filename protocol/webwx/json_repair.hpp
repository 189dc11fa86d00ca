#pragma once

#include "protocol/result.hpp"

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace weixin::webwx {

/// Deeper JSON is refused.
inline constexpr std::size_t max_json_depth = 32;

/// Valid UTF-8: every byte that is not part of a well-formed sequence becomes U+FFFD.
std::string to_valid_utf8(std::string_view bytes);

/// Rewrites what Weixin really sends and JSON forbids (weixin-protocol.md 4.6): raw control characters in
/// strings are escaped, escapes that JSON does not know lose their backslash, halves of surrogate pairs and
/// invalid UTF-8 become U+FFFD, a byte order mark goes. The structure is left as it is; text that needs
/// nothing comes back unchanged.
std::string repair_json(std::string_view text);

/// Parses `text`, repaired only when it has to be. `endpoint` is the error's context. With a `storage` the
/// value lives there. Errors: malformed_answer, with `request_left` set.
result<boost::json::value> parse_json(std::string_view text, std::string_view endpoint,
                                      boost::json::storage_ptr storage = {});

/// The same; leaves in `text` what was parsed, which is valid JSON in valid UTF-8 then.
result<boost::json::value> parse_json_in_place(std::string& text, std::string_view endpoint,
                                               boost::json::storage_ptr storage = {});

} // namespace weixin::webwx
