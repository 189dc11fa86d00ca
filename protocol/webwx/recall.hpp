#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace weixin::webwx {

/// How long after it was sent a message can be taken back (weixin-protocol.md 6.2).
inline constexpr std::chrono::minutes recall_window{2};

/// Whether a message that was sent at `sent_ms` can still be taken back at `now_ms` (milliseconds since the
/// epoch). True as well for one from the future: a clock that was put back is no reason to refuse.
bool can_recall(std::int64_t sent_ms, std::int64_t now_ms) noexcept;

/// webwxrevokemsg: takes back what Weixin knows as `svr_msg_id`, the MsgID of the send's answer.
http_request make_recall(const session& s, std::string_view svr_msg_id, std::string_view to_user_name,
                         std::string_view client_msg_id);
/// Errors: http_status, malformed_answer, and those of `error_of`.
result<void> parse_recall(const http_response& r);

} // namespace weixin::webwx
