#include "tests/ctl/program.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace weixin::ctl::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
constexpr auto patience = 20s;

class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor() { close(); }
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

private:
  int fd_ = -1;
};

struct both_ends {
  descriptor ours;
  descriptor theirs;
};

/// `we_read`: otherwise we write.
both_ends make_pipe(bool we_read) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  return we_read ? both_ends{descriptor{ends[0]}, descriptor{ends[1]}}
                 : both_ends{descriptor{ends[1]}, descriptor{ends[0]}};
}

both_ends make_terminal() {
  int ours = -1;
  int theirs = -1;
  winsize size{.ws_row = 50, .ws_col = 100, .ws_xpixel = 0, .ws_ypixel = 0};
  EXPECT_EQ(::openpty(&ours, &theirs, nullptr, nullptr, &size), 0);
  ::fcntl(ours, F_SETFD, FD_CLOEXEC);
  ::fcntl(theirs, F_SETFD, FD_CLOEXEC);
  return {descriptor{ours}, descriptor{theirs}};
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> list;
  for (auto& s : strings)
    list.push_back(s.data());
  list.push_back(nullptr);
  return list;
}

pid_t spawn(std::vector<std::string> arguments, const surroundings& where,
            const std::array<int, 3>& streams) {
  arguments.insert(arguments.begin(), WEIXIN_BIN_DIR "/weixinctl");
  std::vector<std::string> environment = where.environment;
  for (const char* also : {"LC_ALL=C.UTF-8", "TERM=xterm", "WEIXIND_LOOPBACK_ONLY=1"})
    environment.emplace_back(also);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  for (int i = 0; i < 3; ++i)
    ::posix_spawn_file_actions_adddup2(&actions, streams[static_cast<std::size_t>(i)], i);
  pid_t child = -1;
  auto program = arguments.front();
  EXPECT_EQ(::posix_spawn(&child, program.c_str(), &actions, nullptr, pointers(arguments).data(),
                          pointers(environment).data()),
            0);
  ::posix_spawn_file_actions_destroy(&actions);
  return child;
}

/// Moves what is there to `into`. False at the end; a terminal ends with an error once nobody holds it.
bool read_some(int fd, std::string& into) {
  std::array<char, 16 * 1024> buffer{};
  auto n = ::read(fd, buffer.data(), buffer.size());
  if (n > 0) into.append(buffer.data(), static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

/// Reads both until their end. False when that did not come in time.
bool read_all(descriptor& out, descriptor& err, const std::string& ends_after, pid_t child, ended& e) {
  auto deadline = clock::now() + patience;
  bool was_ended = false;
  while (out.get() >= 0 || err.get() >= 0) {
    std::array<pollfd, 2> waiting{pollfd{out.get(), POLLIN, 0}, pollfd{err.get(), POLLIN, 0}};
    auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()).count();
    if (left <= 0) return false;
    ::poll(waiting.data(), waiting.size(), static_cast<int>(left));
    if (waiting[0].revents != 0 && !read_some(out.get(), e.out)) out.close();
    if (waiting[1].revents != 0 && !read_some(err.get(), e.err)) err.close();
    if (!was_ended && !ends_after.empty() && e.out.find(ends_after) != std::string::npos) {
      was_ended = true;
      ::kill(child, SIGTERM);
    }
  }
  return true;
}

} // namespace

ended run_program(std::vector<std::string> arguments, const surroundings& where) {
  ended e;
  descriptor in;
  descriptor out;
  descriptor err;
  pid_t child = -1;
  if (where.on_terminal) {
    auto terminal = make_terminal();
    child = spawn(std::move(arguments), where,
                  {terminal.theirs.get(), terminal.theirs.get(), terminal.theirs.get()});
    out = std::move(terminal.ours);
    EXPECT_EQ(::write(out.get(), where.input.data(), where.input.size()),
              static_cast<ssize_t>(where.input.size()));
  } else {
    auto to_child = make_pipe(false);
    auto from_out = make_pipe(true);
    auto from_err = make_pipe(true);
    if (!where.output_file.empty())
      from_out.theirs = descriptor{::open(where.output_file.c_str(), O_WRONLY | O_CLOEXEC)};
    child = spawn(std::move(arguments), where,
                  {to_child.theirs.get(), from_out.theirs.get(), from_err.theirs.get()});
    in = std::move(to_child.ours);
    out = std::move(from_out.ours);
    err = std::move(from_err.ours);
    // Inputs of the tests fit into a pipe.
    EXPECT_EQ(::write(in.get(), where.input.data(), where.input.size()),
              static_cast<ssize_t>(where.input.size()));
    in.close();
  }
  if (child < 0) return e;
  if (!read_all(out, err, where.ends_after, child, e)) {
    ADD_FAILURE() << "the program did not end; it said: " << e.out << e.err;
    ::kill(child, SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status)) e.code = WEXITSTATUS(status);
  return e;
}

} // namespace weixin::ctl::test
