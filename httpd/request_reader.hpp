#pragma once

#include "httpd/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weixin::httpd {

/// Why a request is answered before any handler sees it. The texts are constants.
struct refusal {
  int status = 400;
  std::string_view code;
  std::string_view detail;
};

/// Reads one request out of the bytes of a connection, within limits. Pure: no socket, no clock.
/// Refuses what is ambiguous (RFC 9112 sections 3.2, 5, 6.1, 6.3): several lengths, a length next to
/// Transfer-Encoding, another coding than chunked, no or a second Host, control characters in a value.
class request_reader {
public:
  enum class state {
    waiting,  ///< nothing but empty lines so far
    head,     ///< inside the request line and the fields
    body,     ///< the head is complete and acceptable
    complete, ///< `take` has the request
    refused,  ///< `why` tells; the rest of the connection cannot be understood
  };

  request_reader(std::size_t max_header_bytes, std::size_t max_body_bytes);
  ~request_reader();
  request_reader(request_reader&&) noexcept;
  request_reader& operator=(request_reader&&) noexcept;

  /// From now on `feed` stops behind the head, until `go_on`.
  void stop_behind_head() noexcept;
  /// In state `body`, once: what may the body have, and is it taken piece by piece?
  void go_on(std::uint64_t max_body_bytes, bool in_pieces);
  /// Whether a body comes behind the head, in state `body`: a length above 0, or chunks.
  bool has_body() const noexcept;
  /// What of the request is known in state `body`: all but its body.
  const request& head() const noexcept;
  /// What came of the body since the last call, when it is taken piece by piece.
  std::string take_piece();

  /// Takes what it understands from the front of `input` and returns how much that was. The caller gives the
  /// rest again, with more behind it: less than `max_header_bytes`, unless the request ended there. What
  /// follows a complete request belongs to the next one.
  std::size_t feed(std::string_view input);
  state where() const noexcept;
  /// The client waits for "100 Continue" before it sends the body. From state `body` on.
  bool expects_continue() const noexcept;
  const refusal& why() const noexcept;

  request take();                   ///< once, in state `complete`
  bool keep_alive() const noexcept; ///< whether the client takes another answer on this connection
  bool is_head() const noexcept;
  bool is_http_1_1() const noexcept; ///< HTTP/1.0 does not know chunks

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace weixin::httpd
