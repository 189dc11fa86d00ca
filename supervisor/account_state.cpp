#include "supervisor/account_state.hpp"

#include <array>

namespace weixin::supervisor {

std::string_view to_string(account_state state) noexcept {
  constexpr auto names = std::to_array<std::string_view>({"stopped", "starting", "awaiting_scan",
                                                          "awaiting_confirm", "online", "degraded", "throttled",
                                                          "cooling_off", "needs_login", "held"});
  static_assert(names.size() == account_state_count);
  return names[static_cast<std::size_t>(state)];
}

std::optional<account_command> parse_account_command(std::string_view name) noexcept {
  if (name == "pause") return account_command::pause;
  if (name == "resume") return account_command::resume;
  if (name == "restart") return account_command::restart;
  if (name == "relogin") return account_command::relogin;
  if (name == "logout") return account_command::logout;
  return std::nullopt;
}

} // namespace weixin::supervisor
