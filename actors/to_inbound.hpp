#pragma once

#include "actors/account_context.hpp"
#include "actors/inbound.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/sync.hpp"
#include "store/records.hpp"

#include <string>

namespace weixin {

/// Turns a message of the protocol into what bots and consumers see: durable references instead of UserNames,
/// names from the account's address book. A chat that the book does not know gets its reference here.
inbound to_inbound(const webwx::raw_message& m, account_context& context, const webwx::session& session);

/// The `data` of a message event: a JSON object. Nothing of the session is in it.
std::string to_event_json(const inbound& m, wall_time at);

/// What the inbox keeps: the event, and `sender_nick` and `official`, which bots decide by.
std::string to_stored_json(const inbound& m, wall_time at);
/// The way back, for what is handed over again, also of what earlier versions stored, without a detail and
/// with fewer kinds. Error: store_corrupt.
result<inbound> inbound_from_json(const store::stored_message& stored);

} // namespace weixin
