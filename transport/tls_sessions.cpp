#include "transport/tls_sessions.hpp"

#include <openssl/ssl.h>

namespace weixin::transport {

void free_tls_session::operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }

void tls_sessions::put(const std::string& host, tls_session session) {
  if (by_host_.size() >= max_hosts && !by_host_.contains(host)) by_host_.clear();
  auto& list = by_host_[host];
  if (list.size() >= max_per_host) list.erase(list.begin());
  list.push_back(std::move(session));
}

tls_session tls_sessions::take(const std::string& host) {
  auto found = by_host_.find(host);
  if (found == by_host_.end() || found->second.empty()) return nullptr;
  auto newest = std::move(found->second.back());
  found->second.pop_back();
  return newest;
}

} // namespace weixin::transport
