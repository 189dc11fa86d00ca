#pragma once

#include "protocol/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::httpd {

/// A request target taken apart (RFC 9112 section 3.2).
struct parsed_target {
  std::string path; ///< decoded; begins with "/", or is "*"
  std::map<std::string, std::string, std::less<>> query;
};

/// Understands the origin form, the absolute form and "*". Errors: invalid_argument (another form, a broken
/// percent escape, an escaped NUL, a fragment).
result<parsed_target> parse_target(std::string_view target);

/// The path of a target as it was sent, still percent-encoded and without the query; empty for other forms.
std::string_view raw_path(std::string_view target) noexcept;

/// The decoded segments of a raw path: "/a/b%2Fc" is {"a", "b/c"}. Nothing when an escape is broken.
std::optional<std::vector<std::string>> path_segments(std::string_view path);

} // namespace weixin::httpd
