#include "supervisor/account_state.hpp"

#include <array>
#include <utility>

namespace weixin::supervisor {

namespace {

constexpr auto commands = std::to_array<std::pair<account_command, std::string_view>>({
    {account_command::pause, "pause"},
    {account_command::resume, "resume"},
    {account_command::restart, "restart"},
    {account_command::relogin, "relogin"},
    {account_command::logout, "logout"},
});

} // namespace

std::string_view to_string(account_command command) noexcept {
  for (const auto& [value, name] : commands)
    if (value == command) return name;
  return "pause";
}

std::optional<account_command> parse_account_command(std::string_view name) noexcept {
  for (const auto& [value, text] : commands)
    if (text == name) return value;
  return std::nullopt;
}

} // namespace weixin::supervisor
