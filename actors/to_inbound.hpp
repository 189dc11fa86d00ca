#pragma once

#include "actors/account_context.hpp"
#include "actors/inbound.hpp"
#include "protocol/webwx/sync.hpp"

#include <string>

namespace weixin {

/// Turns a message of the protocol into what bots and consumers see: references instead of UserNames, names
/// from the account's address book.
inbound to_inbound(const webwx::raw_message& m, account_context& context, const webwx::session& session);

/// The `data` of a message event: a JSON object. Nothing of the session is in it.
std::string to_event_json(const inbound& m, wall_time at);

} // namespace weixin
