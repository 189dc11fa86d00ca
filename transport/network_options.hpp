#pragma once

#include "protocol/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace weixin::transport {

/// How this process reaches Weixin: the `[network]` part of the configuration and the bounds that come with
/// it.
struct network_options {
  /// "host:port" or "[v6]:port": every connection goes there instead of to port 443 of the real host. SNI,
  /// Host and the certificate check keep the real name, and the table of allowed hosts still holds. Empty:
  /// the real hosts.
  std::string connect_to;
  /// PEM file whose certificates replace the system's roots. Empty: the system's roots. There is no way to
  /// switch verification off.
  std::string ca_file;
  /// From WEIXIND_LOOPBACK_ONLY=1: every connection to a non-loopback address fails with host_not_allowed,
  /// and without `connect_to` no name is even looked up.
  bool loopback_only = false;

  std::chrono::milliseconds resolve_timeout{5'000};
  std::chrono::milliseconds connect_timeout{5'000}; ///< for one address; at most four are tried
  std::chrono::milliseconds handshake_timeout{10'000};
  /// A connection without a call is closed after this. Short: an idle connection costs some 30 KiB, and a
  /// resumed handshake is cheap.
  std::chrono::milliseconds idle_timeout{10'000};

  std::size_t max_connections_per_account = 4; ///< and so the calls of an account that run at the same time
  std::size_t max_waiting_calls_per_account = 64;
  std::size_t max_concurrent_handshakes = 8; ///< on one shard: a handshake costs its thread about 0.7 ms
  /// Of all accounts together: a network that comes back must not be met by thousands of handshakes at once.
  /// Above 0.
  double tls_handshakes_per_second = 50;
  std::size_t resolver_threads = 4;
};

/// An address to connect to, as an operator writes it.
struct host_and_port {
  std::string host;
  std::uint16_t port = 0;
};

/// Reads "host:port" or "[v6]:port". Error: config_invalid.
result<host_and_port> parse_host_and_port(const std::string& text);

/// The options again, or config_invalid naming the key that is not acceptable. Opens no file.
result<network_options> validate(network_options options);

} // namespace weixin::transport
