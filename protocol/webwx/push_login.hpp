#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

/// GET webwxpushloginurl: a login that the phone only confirms (weixin-protocol.md 3.4). Needs the uin and
/// the cookies that `cookie_jar::retain_push_login` keeps of the previous session. In desktop mode it says
/// so.
http_request make_push_login(const session& previous);
/// The same to another host.
http_request make_push_login(const session& previous, std::string_view host);

/// Which hosts to ask, one after the other until one gives a uuid: the entry host, then the login hosts.
std::vector<std::string> push_login_hosts(const session& previous);

/// What is kept of a session that ended, for a push login: who the account is, and the cookies by which
/// Weixin recognises the browser; nothing that opens the session. nullopt when a push login cannot be tried.
std::optional<session> retired(const session& s);
/// Whether `s` is what `retired` made.
bool is_retired(const session& s) noexcept;

/// Whether a push login can be tried at all: the uin is known, and the cookies that Weixin recognises the
/// browser by are there (weixin-protocol.md 3.4).
bool can_push_login(const session& previous) noexcept;

/// The login uuid to poll with, without a QR code. Errors: http_status; malformed_answer; login_refused when
/// Weixin does not offer it to this account (`ret` holds why): a QR code is needed then.
result<std::string> parse_push_login(const http_response& answer);

} // namespace weixin::webwx
