#include "httpd/peer_check.hpp"
#include "tests/httpd/server_fixture.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace weixin::httpd::test {
namespace {

constexpr uid_t stranger = 64'000;
constexpr gid_t strangers_group = 64'001;
constexpr gid_t operators = 64'002;
constexpr std::string_view get_and_close = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

TEST(PeerCheck, LetsInRootTheOwnUserAndTheSocketsGroup) {
  const std::array<gid_t, 2> member{1, operators};
  peer_credentials peer{stranger, strangers_group, 1};
  EXPECT_TRUE(may_use({0, 0, 1}, {}, stranger, std::nullopt));
  EXPECT_TRUE(may_use(peer, {}, stranger, std::nullopt));
  EXPECT_TRUE(may_use(peer, {}, 1, strangers_group));
  EXPECT_TRUE(may_use(peer, member, 1, operators));
  EXPECT_FALSE(may_use(peer, member, 1, strangers_group + 100));
  EXPECT_FALSE(may_use(peer, {}, 1, operators));
  EXPECT_FALSE(may_use(peer, member, 1, std::nullopt));
}

class ServerPeerCheck : public server_test {
protected:
  /// The status that another user gets. Runs in a child, which may only make system calls after fork.
  int status_as(uid_t uid, gid_t gid, std::vector<gid_t> groups) {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) return -1;
    auto address = unix_address(endpoint);
    pid_t child = ::fork();
    if (child == 0) {
      ::syscall(SYS_setgroups, groups.size(), groups.data());
      ::syscall(SYS_setgid, gid);
      ::syscall(SYS_setuid, uid);
      int d = ::socket(AF_UNIX, SOCK_STREAM, 0);
      if (::connect(d, address->get(), address->length) != 0) ::_exit(2);
      if (::send(d, get_and_close.data(), get_and_close.size(), MSG_NOSIGNAL) < 0) ::_exit(3);
      std::array<char, 4096> buffer{};
      for (ssize_t n = 0; (n = ::recv(d, buffer.data(), buffer.size(), 0)) > 0;)
        if (::write(pipe[1], buffer.data(), static_cast<std::size_t>(n)) != n) ::_exit(4);
      ::_exit(0);
    }
    ::close(pipe[1]);
    std::string answer;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = ::read(pipe[0], buffer.data(), buffer.size())) > 0;)
      answer.append(buffer.data(), static_cast<std::size_t>(n));
    ::close(pipe[0]);
    int ended = 0;
    ::waitpid(child, &ended, 0);
    return status_of(answer);
  }
};

TEST_F(ServerPeerCheck, TellsTheHandlerWhoAsks) {
  mailbox<peer_credentials> peers;
  start([&](request r, responder respond) {
    peers.put(r.peer.value_or(peer_credentials{}));
    respond.send({});
  });
  exchange(get_and_close);
  auto peer = peers.take();
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->uid, ::geteuid());
  EXPECT_EQ(peer->pid, ::getpid());
}

TEST_F(ServerPeerCheck, ServesTheOwnUserAndRefusesStrangers) {
  auto options = unix_options();
  options.unix_mode = 0666;
  start(options);
  EXPECT_EQ(status_of(exchange(get_and_close)), 200);
  if (::geteuid() != 0) return; // nobody but root can become somebody else
  std::filesystem::permissions(directory.path(), std::filesystem::perms{0755});
  EXPECT_EQ(status_as(0, 0, {}), 200);
  EXPECT_EQ(status_as(stranger, strangers_group, {}), 403);
  ASSERT_EQ(::chown(endpoint.c_str(), 0, operators), 0);
  EXPECT_EQ(status_as(stranger, operators, {}), 200);
  EXPECT_EQ(status_as(stranger, strangers_group, {1, operators}), 200);
  EXPECT_EQ(status_as(stranger, strangers_group, {1}), 403);
}

TEST_F(ServerPeerCheck, ServesEverybodyWhenItIsSwitchedOff) {
  auto options = unix_options();
  options.unix_mode = 0666;
  options.check_peer = false;
  start(options);
  EXPECT_EQ(status_of(exchange(get_and_close)), 200);
  if (::geteuid() != 0) return; // nobody but root can become somebody else
  std::filesystem::permissions(directory.path(), std::filesystem::perms{0755});
  EXPECT_EQ(status_as(stranger, strangers_group, {}), 200);
}

} // namespace
} // namespace weixin::httpd::test
