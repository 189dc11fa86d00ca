#pragma once

#include "httpd/message.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weixin::httpd {

/// SO_PEERCRED of a connected unix socket.
std::optional<peer_credentials> credentials_of(int descriptor) noexcept;

/// The address at the other end of a TCP connection, without the port; empty when it is gone.
std::string address_of_peer(int descriptor);

/// The supplementary groups the peer's process had when it connected (SO_PEERGROUPS). Asked of the kernel and
/// not of the user database: that could block, and the process may have been given other groups.
std::vector<gid_t> supplementary_groups_of(int descriptor);

/// Root, this server's own user, and the members of the socket file's group.
bool may_use(const peer_credentials& peer, std::span<const gid_t> supplementary, uid_t own,
             std::optional<gid_t> socket_group) noexcept;

/// Applies `may_use` to a connection of the unix socket at this path.
bool may_connect(int descriptor, const std::string& socket_path);

} // namespace weixin::httpd
