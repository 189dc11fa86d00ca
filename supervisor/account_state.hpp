#pragma once

#include "metrics/labels.hpp"

#include <optional>
#include <string_view>

namespace weixin::supervisor {

/// What an operator sees of an account: stopped, starting, awaiting_scan, awaiting_confirm, online, degraded,
/// throttled, cooling_off, needs_login, held. One list for the admin API and the metrics.
using metrics::account_state;
using metrics::to_string;

/// What an operator may ask of an account.
enum class account_command { pause, resume, restart, relogin, logout };
std::string_view to_string(account_command command) noexcept;
std::optional<account_command> parse_account_command(std::string_view name) noexcept;

} // namespace weixin::supervisor
