#pragma once

#include <string>
#include <string_view>

namespace weixin::httpd {

/// One event of a text/event-stream (WHATWG HTML, "Server-sent events"). Empty `id` and `event` are left out.
struct sse_event {
  std::string_view id;
  std::string_view event;
  std::string_view data; ///< any text; every line of it becomes a line of the event
};

/// The event as it goes on the wire, its empty last line included. Line breaks (and NUL in `id`), which
/// would forge other fields, are removed from `id` and `event`.
std::string to_string(const sse_event& e);

/// A line that clients ignore: it keeps the connection alive and shows the server that the peer is there.
std::string sse_comment(std::string_view text = {});

} // namespace weixin::httpd
