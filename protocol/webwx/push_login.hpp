#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

#include <string>

namespace weixin::webwx {

/// GET webwxpushloginurl: a login that the phone only confirms (weixin-protocol.md 3.4). Needs the uin and
/// the cookies that `cookie_jar::retain_push_login` keeps of the previous session.
http_request make_push_login(const session& previous);

/// The login uuid to poll with, without a QR code. Errors: http_status; malformed_answer; login_refused when
/// Weixin does not offer it to this account (`ret` holds why): a QR code is needed then.
result<std::string> parse_push_login(const http_response& answer);

} // namespace weixin::webwx
