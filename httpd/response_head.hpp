#pragma once

#include "httpd/message.hpp"
#include "runtime/wall_clock.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace weixin::httpd {

/// How the body of an answer is delimited.
enum class framing {
  length,  ///< Content-Length
  chunked, ///< HTTP/1.1, of unknown length
  until_close,
};

/// What the server adds to an answer's head.
struct head_options {
  framing frame = framing::length;
  std::uint64_t length = 0; ///< with framing::length
  bool keep_alive = true;
  bool http_1_1 = true;
  wall_time now{};
};

/// True when the status is final (200 to 599) and no field holds what would forge another field or answer.
bool is_sendable(const response& r) noexcept;

/// True when an answer of this status ends with its head (204, 304).
bool has_no_body(int status) noexcept;

/// Status line, fields and the empty line. Content-Length, Transfer-Encoding, Connection and Date among
/// `r.headers` are left out: they are the server's. The answer must be sendable.
std::string format_head(const response& r, const head_options& options);

/// RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string to_http_date(wall_time t);

} // namespace weixin::httpd
