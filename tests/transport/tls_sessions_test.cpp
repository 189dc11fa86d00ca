#include "transport/tls_sessions.hpp"

#include <gtest/gtest.h>

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace weixin::transport {
namespace {

/// A session as a handshake would leave it, recognisable by its id.
tls_session make_session(int id) {
  static const std::shared_ptr<SSL_CTX> context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  tls_session session{SSL_SESSION_new()};
  SSL_SESSION_set_protocol_version(session.get(), TLS1_3_VERSION);
  SSL_SESSION_set_cipher(session.get(), sk_SSL_CIPHER_value(SSL_CTX_get_ciphers(context.get()), 0));
  auto text = std::to_string(id);
  SSL_SESSION_set1_id(session.get(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<unsigned>(text.size()));
  return session;
}

/// The id of a session made above; -1 for none.
int id_of(const tls_session& session) {
  if (!session) return -1;
  unsigned size = 0;
  const auto* text = SSL_SESSION_get_id(session.get(), &size);
  return std::stoi(std::string(reinterpret_cast<const char*>(text), size));
}

TEST(TlsSessions, HandsTheNewestOutAndOnlyOnce) {
  tls_sessions sessions;
  sessions.put("wx.example.com", make_session(1));
  sessions.put("wx.example.com", make_session(2));
  EXPECT_EQ(id_of(sessions.take("wx.example.com")), 2);
  EXPECT_EQ(id_of(sessions.take("wx.example.com")), 1);
  EXPECT_EQ(id_of(sessions.take("wx.example.com")), -1);
}

TEST(TlsSessions, BelongToOneHost) {
  tls_sessions sessions;
  sessions.put("wx.example.com", make_session(1));
  EXPECT_EQ(id_of(sessions.take("file.wx.example.com")), -1);
}

TEST(TlsSessions, AreForgottenOldestFirst) {
  tls_sessions sessions;
  for (int i = 0; i < 100; ++i)
    sessions.put("wx.example.com", make_session(i));
  for (int i = 0; i < static_cast<int>(tls_sessions::max_per_host); ++i)
    EXPECT_EQ(id_of(sessions.take("wx.example.com")), 99 - i);
  EXPECT_EQ(id_of(sessions.take("wx.example.com")), -1);
}

TEST(TlsSessions, AreKeptForALimitedNumberOfHosts) {
  tls_sessions sessions;
  auto host = [](int i) { return "h" + std::to_string(i) + ".example.com"; };
  for (int i = 0; i < 100; ++i)
    sessions.put(host(i), make_session(i));
  std::size_t kept = 0;
  for (int i = 0; i < 100; ++i)
    kept += sessions.take(host(i)) ? 1 : 0;
  EXPECT_LE(kept, tls_sessions::max_hosts);
  EXPECT_GE(kept, 1U);
}

TEST(TlsSessions, IgnoreWhatCannotBeStored) {
  tls_sessions sessions;
  sessions.put("wx.example.com", nullptr);
  sessions.put("wx.example.com", tls_session{SSL_SESSION_new()}); // no handshake ever filled it
  EXPECT_EQ(id_of(sessions.take("wx.example.com")), -1);
}

} // namespace
} // namespace weixin::transport
