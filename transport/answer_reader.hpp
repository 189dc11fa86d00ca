#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace weixin::transport {

struct answer_limits {
  std::size_t max_header_bytes = 0;
  std::size_t max_body_bytes = 0;
  std::size_t max_fields = 256;
};

/// Turns the bytes of one HTTP/1.1 answer into an http_response, within limits. Interim answers (1xx) are
/// skipped. Pure: no socket, no clock.
class answer_reader {
public:
  /// `for_head`: the request was HEAD. `streamed`: the body of a 2xx answer is not collected but taken piece
  /// by piece.
  answer_reader(answer_limits limits, bool for_head, bool streamed);
  ~answer_reader();
  answer_reader(const answer_reader&) = delete;
  answer_reader& operator=(const answer_reader&) = delete;

  /// Removes what it understood from the front of `bytes`; call again with more behind the rest.
  /// Errors: malformed_answer, answer_too_large.
  result<void> put(std::string& bytes);
  /// The peer closed properly. Errors: connection_lost when that was too early, malformed_answer.
  result<void> put_end();

  bool has_header() const noexcept;
  bool is_done() const noexcept;
  int status() const noexcept;
  /// Whether the other side keeps the connection open. Only when done.
  bool keep_alive() const noexcept;
  /// True when `take_piece` has to be called for the body.
  bool is_streaming() const noexcept;
  /// Status and headers. Only with a header.
  const http_response& head() const noexcept;
  /// The body's bytes since the last call.
  std::string take_piece() noexcept;
  /// Only when done, and once.
  http_response take_response() noexcept;

private:
  class parser;
  void start_parser();

  answer_limits limits_;
  bool for_head_;
  bool streamed_;
  unsigned interim_ = 0;
  std::unique_ptr<parser> parser_;
};

} // namespace weixin::transport
