#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

#include <string_view>

namespace weixin::webwx {

// webwxoplog (weixin-protocol.md 5.4). Ret 0 is no proof that anything changed: Weixin has been seen to
// ignore both. A change shows in ModContactList.

/// The remark of a friend; an empty one takes it away.
http_request make_set_remark(const session& s, std::string_view user_name, std::string_view remark);

/// Pins a chat, or unpins it. `current_remark` is the contact's remark as it is now: without it Weixin would
/// erase it.
http_request make_pin(const session& s, std::string_view user_name, bool pinned,
                      std::string_view current_remark);

/// Errors: http_status, malformed_answer, and those of `error_of`.
result<void> parse_oplog(const http_response& r);

} // namespace weixin::webwx
