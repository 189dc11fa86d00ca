#include "supervisor/account_state.hpp"

namespace weixin::supervisor {

std::optional<account_command> parse_account_command(std::string_view name) noexcept {
  if (name == "pause") return account_command::pause;
  if (name == "resume") return account_command::resume;
  if (name == "restart") return account_command::restart;
  if (name == "relogin") return account_command::relogin;
  if (name == "logout") return account_command::logout;
  return std::nullopt;
}

} // namespace weixin::supervisor
