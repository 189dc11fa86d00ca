#include "notify/command_runner.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace weixin::notify {
namespace {

using namespace std::chrono_literals;
using verdict = attempt::verdict;

struct CommandRunner : ::testing::Test {
  std::filesystem::path directory =
      std::filesystem::path{::testing::TempDir()} / ("notify-command-" + std::to_string(::getpid()));
  stop_signal stop;

  void SetUp() override { std::filesystem::create_directory(directory); }
  void TearDown() override { std::filesystem::remove_all(directory); }

  attempt run(std::vector<std::string> words, std::string_view input = "{}",
              std::chrono::milliseconds timeout = 60s) {
    return run_command(words, input, timeout, stop);
  }
  attempt shell(const std::string& script, std::string_view input = "{}",
                std::chrono::milliseconds timeout = 60s) {
    return run({"/bin/sh", "-c", script, "sh", directory.string()}, input, timeout);
  }
  std::string file(const std::string& name) const {
    std::ostringstream all;
    all << std::ifstream{directory / name}.rdbuf();
    return all.str();
  }
};

TEST_F(CommandRunner, GivesTheInputToTheProgram) {
  EXPECT_EQ(shell("cat > $1/seen", R"({"event":"held"})").what, verdict::delivered);
  EXPECT_EQ(file("seen"), R"({"event":"held"})");
}

TEST_F(CommandRunner, GivesAnInputThatIsLargerThanAPipe) {
  std::string large(1024 * 1024, 'x');
  EXPECT_EQ(shell("cat > $1/seen", large).what, verdict::delivered);
  EXPECT_EQ(file("seen"), large);
}

TEST_F(CommandRunner, DoesNotNeedTheProgramToReadIt) {
  EXPECT_EQ(shell("exit 0", std::string(1024 * 1024, 'x')).what, verdict::delivered);
}

TEST_F(CommandRunner, PassesArgumentsAsTheyAreWithoutAShell) {
  auto out = (directory / "arguments").string();
  EXPECT_EQ(
      run({"/bin/sh", "-c", "printf '%s\n' \"$@\" > " + out, "sh", "$HOME", "a b", "; exit 3", ""}).what,
      verdict::delivered);
  EXPECT_EQ(file("arguments"), "$HOME\na b\n; exit 3\n\n");
}

TEST_F(CommandRunner, DiscardsAFloodOfOutput) {
  EXPECT_EQ(shell("head -c 10000000 /dev/zero; head -c 10000000 /dev/zero >&2").what, verdict::delivered);
}

TEST_F(CommandRunner, TellsExitCodesApart) {
  auto zero = shell("exit 0");
  EXPECT_EQ(zero.what, verdict::delivered);
  auto three = shell("exit 3");
  EXPECT_EQ(three.what, verdict::refused);
  EXPECT_EQ(three.detail, "exit code 3");
  auto later = shell("exit 75");
  EXPECT_EQ(later.what, verdict::try_again);
  auto killed = shell("kill -TERM $$");
  EXPECT_EQ(killed.what, verdict::refused);
  EXPECT_EQ(killed.detail, "signal 15");
}

TEST_F(CommandRunner, SaysWhenThereIsNoSuchProgram) {
  auto a = run({"/nowhere/at/all"});
  EXPECT_EQ(a.what, verdict::refused);
  EXPECT_EQ(a.detail, "cannot be started: No such file or directory");
}

TEST_F(CommandRunner, HandsOverAMinimalEnvironment) {
  ::setenv("WEIXIND_TEST_SECRET", "token-7f", 1);
  EXPECT_EQ(run({"/bin/sh", "-c", "/usr/bin/env > " + (directory / "env").string()}).what,
            verdict::delivered);
  ::unsetenv("WEIXIND_TEST_SECRET");
  EXPECT_EQ(file("env").find("token-7f"), std::string::npos);
  EXPECT_NE(file("env").find("PATH="), std::string::npos);
  EXPECT_EQ(file("env").find("HOME="), std::string::npos);
}

TEST_F(CommandRunner, HandsOverNoDescriptorOfOurs) {
  int leaked = ::open("/dev/null", O_RDONLY); // without O_CLOEXEC, as a library may do
  ASSERT_GT(leaked, 2);
  ASSERT_LT(::dup2(leaked, 200), 201);
  EXPECT_EQ(shell("test ! -e /proc/self/fd/200").what, verdict::delivered);
  ::close(leaked);
  ::close(200);
}

TEST_F(CommandRunner, UndoesTheSignalsThatAServerIgnores) {
  auto before = std::signal(SIGPIPE, SIG_IGN);
  // A shell that ignores SIGPIPE would end with 0 after the failed write.
  auto a = shell("kill -PIPE $$; exit 0");
  std::signal(SIGPIPE, before);
  EXPECT_EQ(a.detail, "signal 13");
}

TEST_F(CommandRunner, EndsWhatTakesTooLong) {
  auto began = std::chrono::steady_clock::now();
  auto a = shell("sleep 1000", "{}", 50ms);
  EXPECT_EQ(a.what, verdict::refused);
  EXPECT_EQ(a.detail, "timed out");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 30s);
}

TEST_F(CommandRunner, EndsWhatIgnoresToBeAskedTo) {
  EXPECT_EQ(shell("trap '' TERM INT HUP; while :; do :; done", "{}", 50ms).detail, "timed out");
}

TEST_F(CommandRunner, EndsAllThatItStartedWhenTheServerStops) {
  auto pipe = directory / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  attempt a;
  std::thread runner{[&] { a = shell("sleep 1000 > $1/pipe & wait"); }};
  int reader = ::open(pipe.c_str(), O_RDONLY); // waits until the grandchild has opened it
  ASSERT_GE(reader, 0);
  stop.set();
  char byte = 0;
  EXPECT_EQ(::read(reader, &byte, 1), 0) << "whoever held the other end is gone";
  runner.join();
  ::close(reader);
  EXPECT_EQ(a.detail, "stopped");
}

} // namespace
} // namespace weixin::notify
