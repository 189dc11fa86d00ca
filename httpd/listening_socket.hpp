#pragma once

#include "protocol/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/types.h>

namespace weixin::httpd {

/// The longest path that fits into a sockaddr_un with its final NUL.
inline constexpr std::size_t max_unix_path = 107;

/// An address as bind and connect take it.
struct socket_address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  int family() const noexcept { return storage.ss_family; }
  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// Errors: invalid_argument (empty, longer than `max_unix_path`, holds NUL).
result<socket_address> unix_address(const std::string& path);
/// "127.0.0.1:9464" or "[::1]:0". Errors: invalid_argument (a name, no port, a port above 65535).
result<socket_address> tcp_address(std::string_view text);

/// A bound, non-blocking, listening descriptor that belongs to the caller.
struct listening_socket {
  int descriptor = -1;
  int family = 0;
  std::string endpoint; ///< with the real port, or the unix path
  dev_t device = 0;     ///< of the unix socket's file: tells whether the file is still ours
  ino_t inode = 0;
};

/// A file at the path is replaced only when it is a socket on which nobody listens. Nobody can connect before
/// the mode is set. Errors: invalid_argument, io_failed, data_dir_in_use (somebody listens there).
result<listening_socket> listen_on_unix(const std::string& path, mode_t mode);
/// Takes over a listening unix socket of that path, which somebody else made, such as the service manager:
/// its file stays theirs. The descriptor is closed when this fails. Error: invalid_argument (no such socket).
result<listening_socket> take_unix_listener(int descriptor, const std::string& path);
/// Errors: invalid_argument, io_failed (in use, not an address of this machine, no permission).
result<listening_socket> listen_on_tcp(const std::string& address);

/// Removes the unix socket's file unless somebody else has put another one there. Does not close.
void remove_socket_file(const listening_socket& s) noexcept;

} // namespace weixin::httpd
