#pragma once

#include "actors/event_log.hpp"
#include "admin/reply.hpp"

#include <memory>

namespace boost::asio {
class io_context;
}

namespace weixin::admin {

/// Answers a request with all events from now on, or from the one after Last-Event-ID, as Server-Sent Events,
/// with a comment every 15 seconds. Ends when the peer goes, or when it reads so slowly that its backlog is
/// full: it can come back with Last-Event-ID. `?account=NAME` leaves out all others, and so does a token that
/// does not see them; the stream ends with the token. Call on the listener's thread, which runs `context`.
void stream_events(boost::asio::io_context& context, const httpd::request& r, const reply& to,
                   std::shared_ptr<event_log> events, std::shared_ptr<const wall_clock> clock);

} // namespace weixin::admin
