#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::ctl {

/// A point in time that the server named. weixinctl reads no clock of its own for what it shows: ages are
/// counted from the Date header of the same answer.
using moment = std::chrono::sys_time<std::chrono::milliseconds>;

/// RFC 3339 in UTC ("2026-01-31T08:00:00Z", with or without a fraction); nullopt for anything else.
std::optional<moment> parse_rfc3339(std::string_view text);

/// The Date header of RFC 9110 5.6.7 in its present form, "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<moment> parse_http_date(std::string_view text);

/// How long ago in at most four characters or so: "45s", "12m", "5h", "3d". "0s" for the future.
std::string age(moment then, moment now);

} // namespace weixin::ctl
