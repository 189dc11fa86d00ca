#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

namespace weixin::webwx {

/// webwxlogout with the form that the official client posts (weixin-protocol.md 4.7). `after_ret` is the
/// number that ended the session, 0 when somebody logs out: Weixin is told which of the two it is.
http_request make_logout(const session& s, int after_ret = 0);

/// What is left of a session after its logout: hosts, names, ids and the cookies of a push login
/// (weixin-protocol.md 3.4); no ticket, no sync key.
session after_logout(session s);

/// A redirect or a page, which is not looked at: any status from 200 to 399 is good. Errors: http_status.
result<void> parse_logout(const http_response& r);

} // namespace weixin::webwx
