#pragma once

#include "ctl/outcome.hpp"
#include "ctl/server_address.hpp"
#include "protocol/http_message.hpp"
#include "protocol/result.hpp"

#include <string>

namespace weixin::ctl {

/// Why the call on that socket brought no answer: nobody listens, too slow, cut off.
failure no_answer(const error& e, const server_address& server);

/// What an answer other than a success says: its problem (RFC 9457) as "detail (code)", the candidates of an
/// ambiguous name as a table, what is wrong in single places as lines, and a hint for the codes that a person
/// can do something about.
failure refusal(const http_response& r, const server_address& server);

/// Something answers on that socket, but not weixind's admin API.
failure not_an_admin_api(const server_address& server);

} // namespace weixin::ctl
