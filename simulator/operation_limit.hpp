#pragma once

#include "simulator/world.hpp"

#include <string>
#include <string_view>

namespace weixin::simulator {

inline constexpr int ret_too_frequent = 1205;
/// What the service says with it (weixin-protocol.md 6).
inline constexpr std::string_view words_too_frequent = "操作太频繁，请稍后再试。";

/// Whether one more friend request or new chatroom is too much for this minute (5.5, 5.7); counts it if not.
bool is_over_operation_limit(world& w, web_session& s);

/// As much of a greeting as is kept.
std::string clip_words(std::string_view words);

} // namespace weixin::simulator
