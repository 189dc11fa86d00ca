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
class tls_sessions {
public:
  void put(const std::string& host, tls_session session);
  /// The newest one, or nullptr.
  tls_session take(const std::string& host);

  /// A server sends two tickets a handshake; a session costs a few KiB.
  static constexpr std::size_t max_per_host = 2;
  static constexpr std::size_t max_hosts = 8;

private:
  std::map<std::string, std::vector<tls_session>> by_host_;
};

} // namespace weixin::transport
