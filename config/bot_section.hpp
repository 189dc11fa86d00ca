#pragma once

#include "actors/bots/bot_settings.hpp"
#include "config/section.hpp"

#include <vector>

namespace weixin::config {

/// Reads `[bots.NAME]` and `[[bots.NAME.rules]]`. Answers all bots that have a good name, sorted by it; those
/// with a problem too, so that what refers to them is no problem of its own.
std::vector<bots::bot_settings> read_bots(section& all, problems& found);

} // namespace weixin::config
