#include "httpd/byte_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <sys/socket.h>

namespace weixin::httpd {
namespace {

// OpenSSL's own socket BIO writes with write(2), which raises SIGPIPE; this one does not.

int descriptor_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

int finish(BIO* bio, ssize_t n, void (*set_retry)(BIO*)) {
  BIO_clear_retry_flags(bio);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) set_retry(bio);
  return static_cast<int>(n);
}

int bio_read(BIO* bio, char* into, int size) {
  auto n = ::recv(descriptor_of(bio), into, static_cast<std::size_t>(size), MSG_DONTWAIT);
  if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return finish(bio, n, [](BIO* b) { BIO_set_retry_read(b); });
}

int bio_write(BIO* bio, const char* from, int size) {
  auto n = ::send(descriptor_of(bio), from, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
  return finish(bio, n, [](BIO* b) { BIO_set_retry_write(b); });
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* quiet_socket() {
  static const BIO_METHOD* method = [] {
    auto* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "quiet socket");
    BIO_meth_set_read(m, bio_read);
    BIO_meth_set_write(m, bio_write);
    BIO_meth_set_ctrl(m, bio_control);
    return m;
  }();
  return method;
}

struct ssl_deleter {
  void operator()(SSL* s) const { SSL_free(s); }
  void operator()(SSL_CTX* c) const { SSL_CTX_free(c); }
};

int clamp_size(std::size_t n) {
  return static_cast<int>(std::min<std::size_t>(n, std::numeric_limits<int>::max()));
}

class tls_stream final : public byte_stream {
public:
  explicit tls_stream(std::unique_ptr<SSL, ssl_deleter> ssl) : ssl_(std::move(ssl)) {}

  io_result handshake() override {
    ERR_clear_error();
    return outcome(SSL_do_handshake(ssl_.get()), 0);
  }
  io_result read(std::span<char> into) override {
    ERR_clear_error();
    auto n = SSL_read(ssl_.get(), into.data(), clamp_size(into.size()));
    return outcome(n, static_cast<std::size_t>(std::max(n, 0)));
  }
  io_result write(std::string_view from) override {
    ERR_clear_error();
    auto n = SSL_write(ssl_.get(), from.data(), clamp_size(from.size()));
    return outcome(n, static_cast<std::size_t>(std::max(n, 0)));
  }
  void end_writing() override {
    ERR_clear_error();
    if (SSL_is_init_finished(ssl_.get()) != 0) SSL_shutdown(ssl_.get());
    ::shutdown(descriptor_of(SSL_get_wbio(ssl_.get())), SHUT_WR);
  }
  bool knows_half_close() const override { return false; }
  std::string failure() const override { return failure_; }

private:
  io_result outcome(int returned, std::size_t bytes) {
    if (returned > 0) return {io_status::ok, bytes};
    switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return {io_status::want_read, 0};
    case SSL_ERROR_WANT_WRITE:
      return {io_status::want_write, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {io_status::eof, 0};
    default:
      if (SSL_is_init_finished(ssl_.get()) == 0) failure_ = reason();
      return {io_status::failed, 0};
    }
  }

  std::string reason() const {
    auto verified = SSL_get_verify_result(ssl_.get());
    if (verified != X509_V_OK) return X509_verify_cert_error_string(verified);
    const char* text = ERR_reason_error_string(ERR_peek_error());
    return text != nullptr ? text : "the handshake was cut off";
  }

  std::unique_ptr<SSL, ssl_deleter> ssl_;
  std::string failure_;
};

/// One side of a connection over the descriptor; null when OpenSSL has no memory.
std::unique_ptr<SSL, ssl_deleter> make_ssl(SSL_CTX* context, int descriptor) {
  std::unique_ptr<SSL, ssl_deleter> ssl{SSL_new(context)};
  auto* bio = BIO_new(quiet_socket());
  if (!ssl || bio == nullptr) {
    BIO_free(bio);
    return nullptr;
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl.get(), bio, bio);
  return ssl;
}

class openssl_identity final : public tls_identity {
public:
  explicit openssl_identity(std::unique_ptr<SSL_CTX, ssl_deleter> context) : context_(std::move(context)) {}

  std::unique_ptr<byte_stream> accept(int descriptor) override {
    auto ssl = make_ssl(context_.get(), descriptor);
    if (!ssl) return nullptr;
    SSL_set_accept_state(ssl.get());
    return std::make_unique<tls_stream>(std::move(ssl));
  }

private:
  std::unique_ptr<SSL_CTX, ssl_deleter> context_;
};

class openssl_trust final : public tls_trust {
public:
  explicit openssl_trust(std::unique_ptr<SSL_CTX, ssl_deleter> context) : context_(std::move(context)) {}

  std::unique_ptr<byte_stream> connect(int descriptor, const std::string& name) override {
    auto ssl = make_ssl(context_.get(), descriptor);
    if (!ssl) return nullptr;
    auto* checks = SSL_get0_param(ssl.get());
    // An address is looked for among the certificate's addresses, and is no name to ask for.
    if (X509_VERIFY_PARAM_set1_ip_asc(checks, name.c_str()) != 1) {
      X509_VERIFY_PARAM_set_hostflags(checks, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
      if (SSL_set1_host(ssl.get(), name.c_str()) != 1 ||
          SSL_set_tlsext_host_name(ssl.get(), name.c_str()) != 1)
        return nullptr;
    }
    SSL_set_connect_state(ssl.get());
    return std::make_unique<tls_stream>(std::move(ssl));
  }

private:
  std::unique_ptr<SSL_CTX, ssl_deleter> context_;
};

error openssl_error(const std::string& what) {
  std::array<char, 200> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  return fail(errc::io_failed, what + ": " + reason.data());
}

} // namespace

result<std::shared_ptr<tls_identity>> tls_identity::load(const std::string& certificate_file,
                                                         const std::string& key_file) {
  ERR_clear_error();
  std::unique_ptr<SSL_CTX, ssl_deleter> context{SSL_CTX_new(TLS_server_method())};
  if (!context) return openssl_error("TLS context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1)
    return openssl_error("certificate file " + certificate_file);
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return openssl_error("key file " + key_file);
  if (SSL_CTX_check_private_key(context.get()) != 1)
    return openssl_error("key file " + key_file + " does not belong to the certificate");
  return std::shared_ptr<tls_identity>{std::make_shared<openssl_identity>(std::move(context))};
}

result<std::shared_ptr<tls_trust>> tls_trust::load(const std::string& ca_file) {
  ERR_clear_error();
  std::unique_ptr<SSL_CTX, ssl_deleter> context{SSL_CTX_new(TLS_client_method())};
  if (!context) return openssl_error("TLS context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  bool loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                                : SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) == 1;
  if (!loaded) return openssl_error(ca_file.empty() ? "the system's certificates" : "CA file " + ca_file);
  return std::shared_ptr<tls_trust>{std::make_shared<openssl_trust>(std::move(context))};
}

} // namespace weixin::httpd
