#pragma once

#include "ctl/account.hpp"
#include "ctl/session.hpp"

#include <optional>

namespace weixin::ctl {

/// Draws the code that the link makes, and the link below it: on `out`, or on `err` when that is for a
/// program. Half blocks in a UTF-8 locale, ASCII otherwise; only the link when the terminal is too narrow.
void draw_code(session& s, const std::string& url);

/// Stays with an account until its login is over: shows each QR code as it is issued, tells what happens, and
/// ends with "online as NICKNAME", or why not. `before` as in login_progress. A server that goes away for a
/// moment (an upgrade) is waited for. Failures: timed_out, not_found (removed meanwhile), unreachable.
outcome<exit_code> wait_for_login(session& s, const std::string& name,
                                  std::optional<account> before = std::nullopt);

} // namespace weixin::ctl
