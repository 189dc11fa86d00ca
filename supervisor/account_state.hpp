#pragma once

#include <optional>
#include <string_view>

namespace weixin::supervisor {

/// What an operator sees of an account. The names are part of the admin API and of metrics.
enum class account_state {
  stopped,          ///< paused or logged out by the operator
  starting,         ///< logging in, no QR code yet
  awaiting_scan,    ///< a QR code is shown
  awaiting_confirm, ///< scanned, the person has to confirm on the phone
  online,           ///< the last good poll is young
  degraded,         ///< logged in, but the last good poll is too old
  throttled,        ///< 1205: sends pause, polls are slow
  cooling_off,      ///< crashed too often; tries again at retry_at
  needs_login,      ///< nobody scanned; waits for the operator
  held,             ///< waits for the operator; the reason says why
};
inline constexpr int account_state_count = static_cast<int>(account_state::held) + 1;

std::string_view to_string(account_state state) noexcept;

/// What an operator may ask of an account.
enum class account_command { pause, resume, restart, relogin, logout };
std::optional<account_command> parse_account_command(std::string_view name) noexcept;

} // namespace weixin::supervisor
