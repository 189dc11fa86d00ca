#pragma once

#include <cstddef>
#include <string>

namespace weixin::bots {

/// The longest text that a bot sends, in characters (code points).
inline constexpr std::size_t max_reply_characters = 4'000;

/// The text, cut before the character that is one too many. Never cuts inside a UTF-8 sequence.
std::string clip_reply(std::string text);

} // namespace weixin::bots
