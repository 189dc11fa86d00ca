#include "transport/tls_sessions.hpp"

#include <gtest/gtest.h>

#include <openssl/ssl.h>

#include <string>

namespace weixin::transport {
namespace {

TEST(TlsSessions, HandsTheNewestOutAndOnlyOnce) {
  tls_sessions sessions;
  auto* older = SSL_SESSION_new();
  auto* newer = SSL_SESSION_new();
  sessions.put("wx.example.com", tls_session{older});
  sessions.put("wx.example.com", tls_session{newer});
  EXPECT_EQ(sessions.take("wx.example.com").get(), newer);
  EXPECT_EQ(sessions.take("wx.example.com").get(), older);
  EXPECT_EQ(sessions.take("wx.example.com"), nullptr);
}

TEST(TlsSessions, BelongToOneHost) {
  tls_sessions sessions;
  sessions.put("wx.example.com", tls_session{SSL_SESSION_new()});
  EXPECT_EQ(sessions.take("file.wx.example.com"), nullptr);
}

TEST(TlsSessions, AreForgottenOldestFirst) {
  tls_sessions sessions;
  SSL_SESSION* last = nullptr;
  for (int i = 0; i < 100; ++i)
    sessions.put("wx.example.com", tls_session{last = SSL_SESSION_new()});
  EXPECT_EQ(sessions.take("wx.example.com").get(), last);
  for (std::size_t i = 1; i < tls_sessions::max_per_host; ++i)
    EXPECT_NE(sessions.take("wx.example.com"), nullptr);
  EXPECT_EQ(sessions.take("wx.example.com"), nullptr);
}

TEST(TlsSessions, AreKeptForALimitedNumberOfHosts) {
  tls_sessions sessions;
  for (int i = 0; i < 100; ++i)
    sessions.put("h" + std::to_string(i) + ".example.com", tls_session{SSL_SESSION_new()});
  std::size_t kept = 0;
  for (int i = 0; i < 100; ++i)
    kept += sessions.take("h" + std::to_string(i) + ".example.com") ? 1 : 0;
  EXPECT_LE(kept, tls_sessions::max_hosts);
  EXPECT_GE(kept, 1U);
}

} // namespace
} // namespace weixin::transport
