#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::webwx {

/// A DeviceID: 'e' and 15 digits (weixin-protocol.md 1.2). `digits` are 15 random decimal digits.
std::string make_device_id(std::string_view digits);

/// The next ClientMsgId: 17 digits that begin with the clock (milliseconds since the epoch) and are greater
/// than `last`, the one before (empty for the first), even when the clock stands still or goes back
/// (weixin-protocol.md 1.2).
std::string next_client_msg_id(std::int64_t ms, std::string_view last);

/// `~ms` of the official client: bitwise NOT of the clock cut to 32 bits (weixin-protocol.md 0).
std::int32_t bitwise_not_ms(std::int64_t ms) noexcept;

} // namespace weixin::webwx
