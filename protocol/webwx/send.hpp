#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

#include <string>
#include <string_view>

namespace weixin::webwx {

/// webwxsendmsg with a text (weixin-protocol.md 6). Raw UTF-8, nothing escaped that JSON does not ask for
/// (1.5); bytes that are not UTF-8 become U+FFFD. `client_msg_id` is both LocalID and ClientMsgId.
http_request make_send_text(const session& s, std::string_view to_user_name, std::string_view text,
                            std::string_view client_msg_id);

/// Weixin's MsgID of what was sent. Errors: those of `error_of` are definite, nothing was sent; http_status
/// and malformed_answer (also Ret 0 without a MsgID) leave open whether it was. All have `request_left` set.
result<std::string> parse_send(const http_response& r);

} // namespace weixin::webwx
