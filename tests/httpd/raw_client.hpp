#pragma once

#include "httpd/listening_socket.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::httpd::test {

inline constexpr std::chrono::seconds patience{10};

/// A client that says exactly the bytes it is told to. Every wait ends after `patience`.
class raw_client {
public:
  /// A path or "127.0.0.1:port".
  explicit raw_client(const std::string& endpoint, int receive_buffer = 0);
  ~raw_client();
  raw_client(raw_client&& other) noexcept;
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  bool connected() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  /// False when the server has closed its ear.
  bool send(std::string_view bytes);
  bool send_urgent(char c);
  void end_sending();
  /// Closes with a reset instead of an orderly end.
  void reset();
  void close();

  /// Everything up to the end of the connection. Nothing when it does not end in time.
  std::optional<std::string> read_to_end();
  /// Reads until the text has been received; what was received so far is returned and forgotten.
  std::string read_until(std::string_view text);
  /// One whole answer with a Content-Length, its head included.
  std::string read_answer();
  /// Reads what comes within that time; false once the connection has ended.
  bool still_open_after(std::chrono::milliseconds time);
  /// Waits, without reading, until a unix socket's other end is closed.
  bool wait_for_hang_up();
  /// True when the last read ended by a reset.
  bool was_reset() const { return was_reset_; }

private:
  /// False at the end of the connection or of the patience.
  bool read_more();

  int descriptor_ = -1;
  bool ended_ = false;
  bool was_reset_ = false;
  std::string received_;
};

/// The status in the first line of an answer, 0 when there is none.
int status_of(std::string_view answer);
/// What follows the head.
std::string body_of(std::string_view answer);

} // namespace weixin::httpd::test
