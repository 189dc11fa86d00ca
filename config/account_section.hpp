#pragma once

#include "config/config.hpp"
#include "config/section.hpp"
#include "supervisor/fleet_plan.hpp"

#include <set>
#include <string>
#include <vector>

namespace weixin::config {

/// Reads `[[account]]`. `bots` are the names of the configured bots; `may_be_desktop` tells whether an
/// account can log in as the desktop client. Proxies are not repeated in problems: they may hold a password.
std::vector<supervisor::wanted_account> read_accounts(section& root, const std::set<std::string>& bots,
                                                      bool may_be_desktop, std::size_t most,
                                                      const text_source& read_text);

} // namespace weixin::config
