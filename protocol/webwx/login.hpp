#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::webwx {

// Times are milliseconds since the epoch. Every error of a parse function has `request_left` set: an answer
// came.

// -- jslogin (weixin-protocol.md 3.1)
// -----------------------------------------------------------------------------

/// In desktop mode the redirect asks for it (weixin-protocol.md 3.6).
http_request make_jslogin(std::string_view login_host, std::string_view entry_host,
                          std::string_view user_agent, std::int64_t ms, login_mode mode = login_mode::web);
/// The login uuid, a credential while it lives. Errors: http_status; malformed_answer; server_error for a
/// code other than 200 (`ret` holds it): a blocked address or a changed API.
result<std::string> parse_jslogin(const http_response& r);

/// The text to put into the QR symbol (weixin-protocol.md 3.2).
std::string qr_text(std::string_view uuid);
/// The symbol as a picture that Weixin draws, for who cannot draw it. The answer is judged as media.
http_request make_qr_image(std::string_view uuid, std::string_view user_agent, std::int64_t ms);

// -- login polling (weixin-protocol.md 3.3)
// -----------------------------------------------------------------------

/// Waits for the scan, after it for the confirmation.
http_request make_login_poll(std::string_view login_host, std::string_view uuid, bool scanned,
                             std::string_view user_agent, std::int64_t ms);

enum class login_status {
  waiting,   ///< 408: poll again
  scanned,   ///< 201: poll again after at least half a second
  confirmed, ///< 200: `redirect_uri` is set
  cancelled, ///< 202: the person pressed cancel
  expired,   ///< 400, 500, 0, no code at all, and every code that nobody knows: a new uuid is needed
};

struct login_poll {
  login_status status = login_status::expired;
  int code = 0;             ///< as Weixin gave it; 0 when there was none
  std::string redirect_uri; ///< confirmed: unchecked, see `parse_redirect_uri`. Holds a ticket: never logged
  std::string avatar;       ///< scanned: a data URL, possibly empty
};
/// Errors: http_status; malformed_answer for an empty body, HTML, or a 200 without its redirect_uri.
result<login_poll> parse_login_poll(const http_response& r);

// -- webwxnewloginpage (weixin-protocol.md 3.5)
// -------------------------------------------------------------------

/// Goes to the redirect's host; `s` gives the user agent only.
http_request make_new_login_page(const session& s, const redirect& where);

/// What the desktop client says of itself at the exchange. The operator gives it: a value that everybody
/// shares is known to Weixin as well (weixin-protocol.md 3.6).
struct desktop_client {
  secret extspam;
  std::string version = "2.0.0";
};
/// The same in desktop mode. Error: invalid_argument without extspam, or for values that are no header.
result<http_request> make_new_login_page(const session& s, const redirect& where,
                                         const desktop_client& client);

/// What the ticket is exchanged for. sid and uin may be missing in the XML and come as cookies.
struct login_tickets {
  std::int64_t uin = 0;
  secret sid;
  secret skey;
  secret pass_ticket;
  /// Set when the account is to log in at another entry host of the table: the login begins anew there
  /// (`redirecturl`, weixin-protocol.md 3.5). Tickets may be missing then.
  std::string other_entry_host = {};
};
/// Reads the XML of a 200 or a 301. Errors: host_not_allowed for a `redirecturl` that leads elsewhere than to
/// the table, when there are no tickets; barred for ret 1203; login_refused for any other ret that is not
/// 0, for missing tickets, and for a page of HTML; http_status; malformed_answer.
result<login_tickets> parse_new_login_page(const http_response& r);

/// Puts the tickets into the session, whose cookies already hold those of the same answer; sid and uin are
/// taken from them when the XML had none. Error: login_refused when skey, sid or uin is missing; the session
/// is then unchanged.
result<void> begin_session(session& s, const login_tickets& t);

} // namespace weixin::webwx
