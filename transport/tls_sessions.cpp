#include "transport/tls_sessions.hpp"

#include <openssl/ssl.h>

namespace weixin::transport {

void free_tls_session::operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }

void tls_sessions::put(const std::string& host, const tls_session& session) {
  auto length = i2d_SSL_SESSION(session.get(), nullptr);
  if (length <= 0) return;
  std::string der(static_cast<std::size_t>(length), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_SSL_SESSION(session.get(), &out);
  if (by_host_.size() >= max_hosts && !by_host_.contains(host)) by_host_.clear();
  auto& list = by_host_[host];
  if (list.size() >= max_per_host) list.erase(list.begin());
  list.push_back(std::move(der));
}

tls_session tls_sessions::take(const std::string& host) {
  auto found = by_host_.find(host);
  if (found == by_host_.end() || found->second.empty()) return nullptr;
  auto der = std::move(found->second.back());
  found->second.pop_back();
  const auto* in = reinterpret_cast<const unsigned char*>(der.data());
  return tls_session{d2i_SSL_SESSION(nullptr, &in, static_cast<long>(der.size()))};
}

} // namespace weixin::transport
