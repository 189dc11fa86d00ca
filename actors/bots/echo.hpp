#pragma once

#include "actors/bots/bot.hpp"
#include "actors/bots/bot_settings.hpp"
#include "protocol/result.hpp"

#include <memory>

namespace weixin::bots {

/// Sends every text back to where it came from; other kinds of messages get no answer.
/// Errors: invalid_argument when the settings hold rules.
result<std::shared_ptr<const bot>> make_echo(const bot_settings& settings);

} // namespace weixin::bots
