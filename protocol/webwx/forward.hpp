#pragma once

#include "protocol/result.hpp"
#include "protocol/webwx/outgoing.hpp"

#include <cstddef>
#include <string_view>

namespace weixin::webwx {

/// More content than this is not forwarded.
inline constexpr std::size_t max_forwarded_bytes = 256 * 1024;

/// What a received message becomes when it is sent on without an upload (weixin-protocol.md 6.3). `raw` is
/// its entry of AddMsgList. Text, picture, video, location, files, links and the like can be forwarded, and
/// stickers whose MD5 is known. Errors, whose context says which part is missing and nothing of the message:
/// invalid_argument for what cannot be (voice, cards, calls, notices, money, stickers of the shop) and for
/// more than `max_forwarded_bytes`; malformed_answer for an entry that cannot be read.
result<outgoing> forward_of(std::string_view raw);

} // namespace weixin::webwx
