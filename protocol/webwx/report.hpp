#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

/// Something that a person is said to have done on the page.
struct reported_action {
  std::string what; ///< the name of what was clicked
  std::int64_t at_ms = 0;
};

/// At most this many actions a report; further ones are left out.
inline constexpr std::size_t max_reported_actions = 100;

/// webwxstatreport: what the page tells about itself from time to time (weixin-protocol.md 8.1). Nothing is
/// known to depend on it.
http_request make_stat_report(const session& s, const std::vector<reported_action>& actions);
/// Errors: http_status, malformed_answer, and those of `error_of`.
result<void> parse_stat_report(const http_response& r);

/// webwxcheckurl: asks Weixin what it thinks of a link before it is opened (weixin-protocol.md 8).
http_request make_check_url(const session& s, std::string_view url);
/// Where Weixin would lead a browser, which is nobody's order to go there: the Location of a redirect, empty
/// when there is none. Errors: http_status for anything but 200 to 399; malformed_answer for more than 8 KiB;
/// those of `error_of` when a BaseResponse came instead of a page.
result<std::string> parse_check_url(const http_response& r);

} // namespace weixin::webwx
