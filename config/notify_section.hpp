#pragma once

#include "config/config.hpp"
#include "config/section.hpp"
#include "notify/settings.hpp"

namespace weixin::config {

/// Reads `[notify]` and `[[notify.targets]]`. Addresses are not repeated in problems: they may hold a token.
notify::notify_settings read_notify(section s, const file_check& check_secret);

} // namespace weixin::config
