#pragma once

#include "actors/bots/bot.hpp"
#include "actors/bots/bot_settings.hpp"
#include "protocol/result.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace weixin::bots {

/// The types of bots there are, sorted by name.
std::vector<std::string_view> bot_types();

/// Makes the bot that the settings describe. Around the type's own decision it does what holds for all bots:
/// it is silent outside its chats, it is asked about a group message without the mention in it, and its
/// answers are cut to `max_reply_characters`. Thread-safe, as is what it makes.
///
/// Errors: invalid_argument for an unknown type or for settings that the type refuses; the context says what
/// to change and never holds a name.
result<std::shared_ptr<const bot>> make_bot(const bot_settings& settings);

} // namespace weixin::bots
