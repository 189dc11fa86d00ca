#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

namespace weixin::webwx {

/// webwxlogout with the form that the official client posts (weixin-protocol.md 4.7).
http_request make_logout(const session& s);

/// A redirect or a page, which is not looked at: any status from 200 to 399 is good. Errors: http_status.
result<void> parse_logout(const http_response& r);

} // namespace weixin::webwx
