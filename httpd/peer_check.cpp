#include "httpd/peer_check.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weixin::httpd {

std::optional<peer_credentials> credentials_of(int descriptor) noexcept {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  return peer_credentials{peer.uid, peer.gid, peer.pid};
}

std::string address_of_peer(int descriptor) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return {};
  char text[INET6_ADDRSTRLEN] = "";
  const void* address = peer.ss_family == AF_INET6
                            ? static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(&peer)->sin6_addr)
                            : static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(&peer)->sin_addr);
  ::inet_ntop(peer.ss_family, address, text, sizeof text);
  return text;
}

std::vector<gid_t> supplementary_groups_of(int descriptor) {
  std::vector<gid_t> groups(64);
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    bool complete = ::getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0;
    auto needed = size / sizeof(gid_t);
    if (!complete && needed <= groups.size()) break;
    groups.resize(needed);
    if (complete) return groups;
  }
  return {};
}

bool may_use(const peer_credentials& peer, std::span<const gid_t> supplementary, uid_t own,
             std::optional<gid_t> socket_group) noexcept {
  if (peer.uid == 0 || peer.uid == own) return true;
  if (!socket_group) return false;
  return peer.gid == *socket_group ||
         std::find(supplementary.begin(), supplementary.end(), *socket_group) != supplementary.end();
}

bool may_connect(int descriptor, const std::string& socket_path) {
  auto peer = credentials_of(descriptor);
  if (!peer) return false;
  // Read now and not at the start: the operator may give the socket to another group while it is in use.
  struct stat info {};
  std::optional<gid_t> group;
  if (::lstat(socket_path.c_str(), &info) == 0) group = info.st_gid;
  return may_use(*peer, supplementary_groups_of(descriptor), ::geteuid(), group);
}

} // namespace weixin::httpd
