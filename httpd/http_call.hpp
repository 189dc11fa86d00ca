#pragma once

#include "httpd/byte_stream.hpp"
#include "protocol/http_message.hpp"
#include "protocol/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::httpd {

/// Which server to talk to: exactly one of `unix_path` and `address` is set.
struct call_target {
  std::string unix_path; ///< at most 107 bytes
  std::string address;   ///< "127.0.0.1:9464" or "[::1]:9464": a numeric address and a port, no name
  std::shared_ptr<tls_trust> trust{}; ///< of TLS; null: plain HTTP
  std::string tls_name{};             ///< the name or address that the certificate must be for
};

/// Sends one request and waits for the whole answer, on a connection of its own. Blocks: for command-line
/// programs and tests, never on a shard. `request.host` is the Host header, "localhost" when empty;
/// Content-Length and Connection are added; HEAD and answers without a length are understood.
/// `deadline` runs from the connect to the last byte. Any HTTP status is a success.
/// Errors: connect_failed (nobody listens, no such socket, no permission: the context tells), tls_failed (the
/// same), timed_out, connection_lost, malformed_answer, answer_too_large, invalid_argument (target).
result<http_response> call(const call_target& target, const http_request& request,
                           std::chrono::milliseconds deadline,
                           std::size_t max_body_bytes = std::size_t{64} * 1024 * 1024);

/// The rest of a request's body, behind `http_request::body`, from wherever it is.
struct call_body {
  std::uint64_t bytes = 0; ///< all there are; they count into Content-Length
  /// The next of them, at least one; an error ends the call with that error. It may block.
  std::function<result<std::string>()> next;
};
/// The same with a body that need not be in memory. Further errors: those of `rest`.
result<http_response> call(const call_target& target, const http_request& request, const call_body& rest,
                           std::chrono::milliseconds deadline,
                           std::size_t max_body_bytes = std::size_t{64} * 1024 * 1024);

/// Takes the next piece of the decoded body (at most 64 KiB, as it arrived); false ends the call. It must
/// not throw.
using body_callback = std::function<bool(std::string_view)>;

/// Like `call`, but a 2xx body goes to `on_data` as it arrives (Server-Sent Events) and may be endless.
/// Returns the head with an empty body once the server ended the body or `on_data` returned false. Any other
/// status is returned with its body (at most 1 MiB) and without a call of `on_data`: look at the status.
/// `idle_deadline` is the longest silence, before the head and between two pieces; without it only the
/// connect is limited (10 s).
result<http_response> stream(const call_target& target, const http_request& request, body_callback on_data,
                             std::optional<std::chrono::milliseconds> idle_deadline = std::nullopt);

} // namespace weixin::httpd
