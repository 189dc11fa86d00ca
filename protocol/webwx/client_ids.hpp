// NOTE FROM THE LEAD TO THE PROTOCOL ENGINEER (21:40): the actors were coded against this header before yours landed,
// and I overwrote yours by mistake. Please implement THIS API exactly (add functions if useful, keep these signatures);
// remove this note when the .cpp is done. parse_sync takes `self`. Sorry. Applies to all headers that carry the note.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::webwx {

/// "e" and 15 digits (weixin-protocol.md 1.2). `digits` are 15 random decimal digits.
std::string make_device_id(std::string_view digits);

/// 17 digits: the clock in ms and four that count up. Larger than `last` (empty: none), even when the clock went back.
std::string next_client_msg_id(std::int64_t ms, std::string_view last);

/// ~ms as the official client sends it: a signed 32-bit integer (weixin-protocol.md 0).
std::int32_t bitwise_not_ms(std::int64_t ms) noexcept;

} // namespace weixin::webwx
