#include "notify/command_runner.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace weixin::notify {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using verdict = attempt::verdict;

constexpr int try_again_code = 75;

struct descriptor {
  int fd = -1;
  ~descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

std::string words_for(int code) { return std::generic_category().message(code); }

/// A file without a name that holds the input: unlike a pipe it needs nobody who writes while the program
/// reads, or does not read.
int file_with(std::string_view text) {
  descriptor file{::memfd_create("notification", MFD_CLOEXEC)};
  if (file.fd < 0) return -1;
  while (!text.empty()) {
    auto written = ::write(file.fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return -1;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::lseek(file.fd, 0, SEEK_SET) != 0) return -1;
  return std::exchange(file.fd, -1);
}

/// 0, or why there is no process.
int spawn(pid_t& pid, std::vector<std::string> words, int input) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  if (int code = ::posix_spawn_file_actions_init(&actions); code != 0) return code;
  if (int code = ::posix_spawnattr_init(&attributes); code != 0) {
    ::posix_spawn_file_actions_destroy(&actions);
    return code;
  }
  ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  // All descriptors of the server are closed on exec; a library's might not be.
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  // The server ignores SIGPIPE and blocks others: a program expects neither.
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::string path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  std::string lang = "LANG=C.UTF-8";
  char* environment[] = {path.data(), lang.data(), nullptr};
  int code = ::posix_spawn(&pid, arguments[0], &actions, &attributes, arguments.data(), environment);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return code;
}

enum class wait_result { ended, timed_out, stopped };

wait_result wait_for_end(pid_t pid, milliseconds timeout, const stop_signal& stop) {
  auto deadline = steady_clock::now() + timeout;
  descriptor process{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  for (;;) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == pid)
      return wait_result::ended;
    if (stop.is_set()) return wait_result::stopped;
    auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    if (left <= milliseconds{0}) return wait_result::timed_out;
    // A kernel without pidfd_open is asked again and again.
    if (process.fd < 0) left = std::min(left, milliseconds{20});
    pollfd watched[] = {{stop.descriptor(), POLLIN, 0}, {process.fd, POLLIN, 0}};
    ::poll(watched, 2, static_cast<int>(std::min<milliseconds::rep>(left.count(), 60'000)));
  }
}

} // namespace

attempt run_command(const std::vector<std::string>& words, std::string_view input, milliseconds timeout,
                    const stop_signal& stop) {
  descriptor file{file_with(input)};
  if (file.fd < 0) return {verdict::try_again, "no file for the input: " + words_for(errno)};
  pid_t pid = 0;
  if (int code = spawn(pid, words, file.fd); code != 0)
    return {code == EAGAIN || code == ENOMEM ? verdict::try_again : verdict::refused,
            "cannot be started: " + words_for(code)};
  auto how = wait_for_end(pid, timeout, stop);
  // Before the process is collected, so that the number cannot mean another group by now.
  if (how != wait_result::ended) ::kill(-pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (how == wait_result::stopped) return {verdict::refused, "stopped"};
  if (how == wait_result::timed_out) return {verdict::refused, "timed out"};
  if (WIFSIGNALED(status)) return {verdict::refused, "signal " + std::to_string(WTERMSIG(status))};
  auto code = WEXITSTATUS(status);
  if (code == 0) return {verdict::delivered, "exit code 0"};
  return {code == try_again_code ? verdict::try_again : verdict::refused,
          "exit code " + std::to_string(code)};
}

} // namespace weixin::notify
