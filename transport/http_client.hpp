#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "transport/proxy.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace weixin::transport {

/// Where the body of a successful (2xx) answer goes instead of memory. Owned by one call.
class body_sink {
public:
  virtual ~body_sink() = default;
  /// Sees the answer's status and headers, once, before the first piece; an error ends the call with that
  /// error. Not called for an answer without a body. Called on the client's thread; must not block.
  virtual result<void> begin(const http_response& head) {
    static_cast<void>(head);
    return {};
  }
  /// Takes the next piece. The transport reads on only after `done` was called, from whichever thread,
  /// exactly once; an error ends the call with that error. Pieces are at most 64 KiB.
  virtual void write(std::string piece, std::function<void(result<void>)> done) = 0;
};

/// Where the rest of a request's body comes from, behind `http_request::body`, instead of memory. Owned by
/// one call.
class body_source {
public:
  virtual ~body_source() = default;
  /// So many bytes there are, above 0. They count into Content-Length.
  virtual std::uint64_t size() const = 0;
  /// Gives the next piece, of 1 byte to 64 KiB: calls `done` exactly once, on whichever thread. The transport
  /// asks for the next one when this one has left, and not again after an answer that came early. An error
  /// ends the call with that error; so does, with invalid_argument, a piece that is empty or goes beyond
  /// `size`.
  virtual void read(std::function<void(result<std::string>)> done) = 0;
};

/// The bounds of one call. Every call has them; there is no unlimited call.
struct call_limits {
  /// From `start` to the last byte of the answer, connecting and waiting for a free connection included; at
  /// most an hour.
  std::chrono::milliseconds deadline{15'000};
  std::size_t max_header_bytes = 64 * 1024;
  std::size_t max_body_bytes = 1024 * 1024; ///< after decompression; with a sink: of the whole file
};

/// One call: the request, its bounds, and under which name it is counted.
struct http_call {
  http_request request;
  call_limits limits;
  /// A name from a closed set (the endpoint) for metrics and error contexts. Must outlive the call.
  std::string_view label;
  /// When set, a 2xx body is streamed there and `http_response::body` stays empty.
  std::shared_ptr<body_sink> sink;
  /// When set, its bytes follow those of `request.body`; not for GET and HEAD. A server that answers before
  /// it has all of them is listened to: the rest stays here, and the connection is not used again.
  std::shared_ptr<body_source> source;
  /// Nothing is asked of the host: once a new connection proves that there is a way to it, it is closed, and
  /// the answer is empty. To tell whether a proxy works; what goes wrong does not count against the host.
  bool only_connects = false;
};

/// The HTTPS client of one account. Accounts share no connection, no TLS session and no cookie.
///
/// Lives on one shard: every member function is called on its thread, every completion runs on its thread,
/// exactly once, and never from inside `start`. Redirects are never followed: a 301 is an answer.
/// Errors: dns_failed, connect_failed, proxy_failed, tls_failed, timed_out, connection_lost,
/// malformed_answer, answer_too_large, breaker_open, host_not_allowed, cancelled, queue_full (too many calls
/// of this account, or handshakes of all accounts, wait), invalid_argument (the request cannot be put on the
/// wire), or the sink's or source's; `error::request_left` tells whether a byte of the request may have left.
/// Any HTTP status is a success here.
class http_client {
public:
  using completion = std::function<void(result<http_response>)>;

  virtual ~http_client() = default;
  virtual void start(http_call call, completion done) = 0;
  /// Ends every call under way with errc::cancelled and closes all connections. New calls may be started.
  virtual void close() = 0;
  /// Connections made from now on go through that proxy, or to Weixin directly when it is null. Calls under
  /// way end on the connection they have, which nothing uses afterwards.
  virtual void use_proxy(std::shared_ptr<const proxy> through) = 0;
};

} // namespace weixin::transport
