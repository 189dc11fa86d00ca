#include "transport/tls_context.hpp"

#include "transport/tls_sessions.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

namespace weixin::transport {
namespace {

// HTTP/1.1 is the only protocol spoken here; saying so keeps a server from guessing.
constexpr std::array<unsigned char, 9> http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// OpenSSL hands sessions to one callback per context, so each connection carries where its own belong.
int sessions_slot() {
  static const int slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

int keep_session(SSL* ssl, SSL_SESSION* session) {
  auto* sessions = static_cast<tls_sessions*>(SSL_get_ex_data(ssl, sessions_slot()));
  const auto* host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (sessions == nullptr || host == nullptr) return 0;
  sessions->put(host, tls_session{session});
  return 1; // the reference was ours to give back
}

error roots_error(const std::string& what) {
  const auto* reason = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return fail(errc::config_invalid, what + ": " + (reason != nullptr ? reason : "cannot be loaded"));
}

// OpenSSL parses a root's extensions when it first needs them. Done here, before any thread handshakes, this
// is not left to whichever shard comes first.
void parse_roots(SSL_CTX* context) {
  auto* objects = X509_STORE_get0_objects(SSL_CTX_get_cert_store(context));
  for (int i = 0; i < sk_X509_OBJECT_num(objects); ++i) {
    auto* root = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
    if (root != nullptr) X509_check_purpose(root, -1, 0);
  }
}

} // namespace

void tls_context::free_context::operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }

result<std::shared_ptr<tls_context>> tls_context::create(const std::string& ca_file) {
  ERR_clear_error();
  std::unique_ptr<SSL_CTX, free_context> owner{SSL_CTX_new(TLS_client_method())};
  auto* context = owner.get();
  if (context == nullptr) return roots_error("TLS context");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // Idle long polls are what this process consists of: without RELEASE_BUFFERS each holds 32 KiB it does not
  // use.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A record's head and body in one read. The buffer is released as ever once it is empty.
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, keep_session);
  SSL_CTX_set_alpn_protos(context, http_1_1.data(), static_cast<unsigned>(http_1_1.size()));
  if (ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1) return roots_error("the system's CA certificates");
  } else if (SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) {
    return roots_error("network.ca_file " + ca_file);
  }
  parse_roots(context);
  return std::shared_ptr<tls_context>{new tls_context{std::move(owner)}};
}

SSL* tls_context::new_connection(const std::string& host, tls_sessions& sessions) const {
  auto* ssl = SSL_new(context_.get());
  if (ssl == nullptr) return nullptr;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (SSL_set1_host(ssl, host.c_str()) != 1 || SSL_set_tlsext_host_name(ssl, host.c_str()) != 1 ||
      SSL_set_ex_data(ssl, sessions_slot(), &sessions) != 1) {
    SSL_free(ssl);
    return nullptr;
  }
  if (auto session = sessions.take(host)) SSL_set_session(ssl, session.get());
  SSL_set_connect_state(ssl);
  return ssl;
}

} // namespace weixin::transport
