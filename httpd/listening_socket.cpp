#include "httpd/listening_socket.hpp"

#include <boost/asio/ip/address.hpp>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace weixin::httpd {
namespace {

std::string reason(int code) { return std::generic_category().message(code); }

/// Closes on every way out but success.
class descriptor_guard {
public:
  explicit descriptor_guard(int d) : descriptor_(d) {}
  ~descriptor_guard() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  descriptor_guard(const descriptor_guard&) = delete;
  descriptor_guard& operator=(const descriptor_guard&) = delete;
  int get() const noexcept { return descriptor_; }
  int release() noexcept { return std::exchange(descriptor_, -1); }

private:
  int descriptor_;
};

int open_socket(int family) { return ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

/// Removes a socket nobody listens on; anything else that is in the way is an error.
result<void> clear_the_way(const std::string& path, const socket_address& address) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return {};
    return fail(errc::io_failed, path + ": " + reason(errno));
  }
  if (!S_ISSOCK(info.st_mode))
    return fail(errc::io_failed, path + " exists and is not a socket: remove it or choose another path");
  descriptor_guard probe{open_socket(AF_UNIX)};
  if (probe.get() < 0) return fail(errc::io_failed, path + ": " + reason(errno));
  // EAGAIN: somebody listens, the backlog is full.
  if (::connect(probe.get(), address.get(), address.length) == 0 || errno == EAGAIN)
    return fail(errc::data_dir_in_use, "a running server answers on " + path);
  if (errno != ECONNREFUSED && errno != ENOENT) return fail(errc::io_failed, path + ": " + reason(errno));
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return fail(errc::io_failed, "the stale socket " + path + " cannot be removed: " + reason(errno));
  return {};
}

result<void> check_parent(const std::string& path) {
  auto parent = std::filesystem::path{path}.parent_path();
  std::error_code ec;
  if (parent.empty() || std::filesystem::is_directory(parent, ec)) return {};
  if (ec && ec != std::errc::no_such_file_or_directory && ec != std::errc::not_a_directory)
    return fail(errc::io_failed, parent.string() + ": " + ec.message());
  return fail(errc::io_failed,
              "the directory " + parent.string() + " of the socket does not exist: create it");
}

} // namespace

result<socket_address> unix_address(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos)
    return fail(errc::invalid_argument, "a unix socket needs a path without NUL");
  if (path.size() > max_unix_path)
    return fail(errc::invalid_argument, "the unix socket's path has " + std::to_string(path.size()) +
                                            " bytes, at most " + std::to_string(max_unix_path) +
                                            " are possible: choose a shorter one");
  socket_address address;
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  std::memcpy(un.sun_path, path.data(), path.size());
  std::memcpy(&address.storage, &un, sizeof un);
  address.length = sizeof un;
  return address;
}

result<socket_address> tcp_address(std::string_view text) {
  auto refuse = [&] {
    return fail(errc::invalid_argument,
                "not an address such as 127.0.0.1:9464 or [::1]:9464: " + std::string{text});
  };
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse();
  auto host = text.substr(0, colon);
  auto digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size()) return refuse();
  bool bracketed = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  boost::system::error_code ec;
  auto ip =
      boost::asio::ip::make_address(std::string{bracketed ? host.substr(1, host.size() - 2) : host}, ec);
  if (ec || ip.is_v6() != bracketed) return refuse();

  socket_address address;
  if (ip.is_v6()) {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    in.sin6_scope_id = static_cast<std::uint32_t>(ip.to_v6().scope_id());
    auto bytes = ip.to_v6().to_bytes();
    std::memcpy(&in.sin6_addr, bytes.data(), bytes.size());
    std::memcpy(&address.storage, &in, sizeof in);
    address.length = sizeof in;
  } else {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    auto bytes = ip.to_v4().to_bytes();
    std::memcpy(&in.sin_addr, bytes.data(), bytes.size());
    std::memcpy(&address.storage, &in, sizeof in);
    address.length = sizeof in;
  }
  return address;
}

result<listening_socket> listen_on_unix(const std::string& path, mode_t mode) {
  auto address = unix_address(path);
  if (!address) return address.error();
  if (auto parent = check_parent(path); !parent) return parent.error();
  if (auto cleared = clear_the_way(path, *address); !cleared) return cleared.error();

  descriptor_guard socket{open_socket(AF_UNIX)};
  if (socket.get() < 0) return fail(errc::io_failed, "unix socket: " + reason(errno));
  if (::bind(socket.get(), address->get(), address->length) != 0)
    return fail(errc::io_failed, "cannot create " + path + ": " + reason(errno));
  listening_socket made;
  made.family = AF_UNIX;
  made.endpoint = path;
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) {
    made.device = info.st_dev;
    made.inode = info.st_ino;
  }
  // Before listen: until then a connect is refused, whatever mode the umask left.
  if (::chmod(path.c_str(), mode) != 0 || ::listen(socket.get(), SOMAXCONN) != 0) {
    auto failed = fail(errc::io_failed, path + ": " + reason(errno));
    remove_socket_file(made);
    return failed;
  }
  made.descriptor = socket.release();
  return made;
}

result<listening_socket> take_unix_listener(int descriptor, const std::string& path) {
  descriptor_guard socket{descriptor};
  auto refused = [&](const std::string& what) {
    return fail(errc::invalid_argument, "the inherited socket " + what + ", not one that listens on " + path);
  };
  int listens = 0;
  socklen_t length = sizeof listens;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) != 0 || listens == 0)
    return refused("is none that listens");
  sockaddr_un bound{};
  length = sizeof bound;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &length) != 0 ||
      bound.sun_family != AF_UNIX || length <= offsetof(sockaddr_un, sun_path))
    return refused("is no unix socket with a path");
  std::string_view bound_path{bound.sun_path, length - offsetof(sockaddr_un, sun_path)};
  bound_path = bound_path.substr(0, bound_path.find('\0'));
  if (bound_path != path) return refused("is " + std::string{bound_path});
  int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0 ||
      ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0)
    return refused("cannot be used (" + reason(errno) + ")");
  listening_socket taken;
  taken.family = AF_UNIX;
  taken.endpoint = path;
  taken.descriptor = socket.release();
  return taken;
}

result<listening_socket> listen_on_tcp(const std::string& text) {
  auto address = tcp_address(text);
  if (!address) return address.error();
  auto failed = [&] { return fail(errc::io_failed, "cannot listen on " + text + ": " + reason(errno)); };
  descriptor_guard socket{open_socket(address->family())};
  if (socket.get() < 0) return failed();
  int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address->family() == AF_INET6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(socket.get(), address->get(), address->length) != 0) return failed();
  if (::listen(socket.get(), SOMAXCONN) != 0) return failed();

  socket_address bound;
  bound.length = sizeof bound.storage;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound.storage), &bound.length) != 0)
    return failed();
  in_port_t port = 0; // at the same place in both families
  std::memcpy(&port, reinterpret_cast<const char*>(&bound.storage) + offsetof(sockaddr_in, sin_port),
              sizeof port);
  listening_socket made;
  made.family = address->family();
  made.endpoint = text.substr(0, text.rfind(':') + 1) + std::to_string(ntohs(port));
  made.descriptor = socket.release();
  return made;
}

void remove_socket_file(const listening_socket& s) noexcept {
  struct stat info {};
  if (s.family != AF_UNIX || s.inode == 0 || ::lstat(s.endpoint.c_str(), &info) != 0) return;
  if (S_ISSOCK(info.st_mode) && info.st_dev == s.device && info.st_ino == s.inode)
    ::unlink(s.endpoint.c_str());
}

} // namespace weixin::httpd
