#pragma once

#include "protocol/result.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace weixin::httpd {

/// What came of one attempt on a non-blocking stream.
enum class io_status {
  ok,         ///< `bytes` went through
  want_read,  ///< try again when the descriptor is readable
  want_write, ///< try again when the descriptor is writable
  eof,        ///< the peer sends no more
  failed,     ///< reset, or not TLS any more
};

struct io_result {
  io_status status = io_status::failed;
  std::size_t bytes = 0;
};

/// Bytes over a connected, non-blocking descriptor that somebody else owns. Never raises SIGPIPE.
/// An OpenSSL session directly on the descriptor needs a fifth of the memory of Asio's TLS stream.
class byte_stream {
public:
  virtual ~byte_stream() = default;
  virtual io_result handshake() = 0; ///< ok once it is done; at once without TLS
  /// `into` holds at least 16 KiB, a whole TLS record: then nothing stays behind inside OpenSSL, where the
  /// descriptor's readiness would not show it.
  virtual io_result read(std::span<char> into) = 0;
  virtual io_result write(std::string_view from) = 0;
  /// Says that nothing more will be written. Best effort.
  virtual void end_writing() = 0;
  /// Whether a peer that stopped sending still listens: a half close of TCP does not exist inside TLS.
  virtual bool knows_half_close() const = 0;
  /// Why the handshake failed, in words; empty when nothing more is known.
  virtual std::string failure() const { return {}; }
};

std::unique_ptr<byte_stream> make_plain_stream(int descriptor);

/// A certificate and its key, loaded once and shared by all connections of a listener. TLS 1.2 and newer.
class tls_identity {
public:
  /// Errors: io_failed with OpenSSL's reason and the file that cannot be used.
  static result<std::shared_ptr<tls_identity>> load(const std::string& certificate_file,
                                                    const std::string& key_file);
  virtual ~tls_identity() = default;
  /// The server's side of one connection; null when OpenSSL has no memory.
  virtual std::unique_ptr<byte_stream> accept(int descriptor) = 0;
};

/// Whose certificates a client believes, loaded once. TLS 1.2 and newer; the certificate is always checked.
class tls_trust {
public:
  /// A PEM file; empty: the system's roots. Errors: io_failed with OpenSSL's reason and the file.
  static result<std::shared_ptr<tls_trust>> load(const std::string& ca_file);
  virtual ~tls_trust() = default;
  /// The client's side of one connection to the server of that name or address; null when OpenSSL has no
  /// memory.
  virtual std::unique_ptr<byte_stream> connect(int descriptor, const std::string& name) = 0;
};

} // namespace weixin::httpd
