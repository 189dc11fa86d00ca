#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

using SSL_SESSION = struct ssl_session_st;

namespace weixin::transport {

struct free_tls_session {
  void operator()(SSL_SESSION* session) const noexcept;
};
using tls_session = std::unique_ptr<SSL_SESSION, free_tls_session>;

/// The TLS sessions one account may resume, by host. Each is handed out once: a TLS 1.3 ticket is good for
/// one connection, and one used twice would let an onlooker link the two. Lives on the account's shard.
///
/// Kept as DER: a live SSL_SESSION holds the parsed certificate chain, some 7 KiB against one.
class tls_sessions {
public:
  /// Copies the session, so that what OpenSSL does to it afterwards has no effect: it bars a session from
  /// being resumed when its connection is cut, which is when resuming helps. One that cannot be stored is
  /// ignored.
  void put(const std::string& host, const tls_session& session);
  /// The newest one, or nullptr.
  tls_session take(const std::string& host);

  /// A server sends two tickets a handshake.
  static constexpr std::size_t max_per_host = 2;
  static constexpr std::size_t max_hosts = 8;

private:
  std::map<std::string, std::vector<std::string>> by_host_;
};

} // namespace weixin::transport
