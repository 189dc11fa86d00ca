#pragma once

#include "transport/http_client.hpp"
#include "transport/tls_stream.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace weixin::transport {

/// How far an exchange came; valid also when it was cancelled.
struct exchange_progress {
  bool request_left = false; ///< a byte of the request may have reached the other side
  bool answer_begun = false;
  bool reusable = false; ///< the connection is good for another call
  bool in_sink = false;  ///< the sink has a piece, or failed: what goes wrong now is not the host's doing
};

/// Writes one request (head and body) and reads its answer, within the call's limits on size. The deadline is
/// the caller's. Errors: connection_lost, malformed_answer, answer_too_large, or the sink's.
boost::asio::awaitable<result<http_response>> exchange(tls_stream& stream, const std::string& head,
                                                       const http_call& call, exchange_progress& progress);

} // namespace weixin::transport
