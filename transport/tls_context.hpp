#pragma once

#include "protocol/result.hpp"

#include <memory>
#include <string>

using SSL_CTX = struct ssl_ctx_st;
using SSL = struct ssl_st;

namespace weixin::transport {

class tls_sessions;

/// What every TLS connection of the process has in common: verification on, TLS 1.2 or newer, the trusted
/// roots. Immutable after `create`; connections may be made from it on any thread.
class tls_context {
public:
  /// `ca_file` empty: the system's roots. Error: config_invalid when the roots cannot be loaded.
  static result<std::shared_ptr<tls_context>> create(const std::string& ca_file);

  /// A client connection that will check the peer's certificate for `host`, and that gives its session
  /// tickets to `sessions`, which must outlive it. nullptr when memory ran out.
  SSL* new_connection(const std::string& host, tls_sessions& sessions) const;

private:
  struct free_context {
    void operator()(SSL_CTX* context) const noexcept;
  };
  explicit tls_context(std::unique_ptr<SSL_CTX, free_context> context) : context_(std::move(context)) {}

  std::unique_ptr<SSL_CTX, free_context> context_;
};

} // namespace weixin::transport
