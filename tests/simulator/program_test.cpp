#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace weixin::simulator {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A weixinsim in a process of its own, with what it prints.
class program {
public:
  explicit program(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), std::string{WEIXIN_BIN_DIR} + "/weixinsim");
    std::vector<char*> argv;
    for (auto& a : arguments)
      argv.push_back(a.data());
    argv.push_back(nullptr);
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int target : {STDOUT_FILENO, STDERR_FILENO})
      posix_spawn_file_actions_adddup2(&actions, ends[1], target);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    ::posix_spawn(&id_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    output_ = ends[0];
  }
  ~program() {
    if (id_ > 0) {
      ::kill(id_, SIGKILL);
      ::waitpid(id_, nullptr, 0);
    }
    ::close(output_);
  }
  program(const program&) = delete;
  program& operator=(const program&) = delete;

  /// What was printed up to the end of a line, or until the program ended; at most 20 s.
  std::string line() {
    std::string text;
    pollfd waiting{output_, POLLIN, 0};
    char c = 0;
    while (::poll(&waiting, 1, 20'000) > 0 && ::read(output_, &c, 1) == 1) {
      text += c;
      if (c == '\n') break;
    }
    return text;
  }
  void signal(int number) const { ::kill(id_, number); }
  int exit_code() {
    int status = 0;
    ::waitpid(id_, &status, 0);
    id_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

private:
  pid_t id_ = 0;
  int output_ = -1;
};

struct Weixinsim : testing::Test {
  void SetUp() override {
    std::string pattern = testing::TempDir() + "weixinsim-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory = pattern;
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }
  std::string directory;
};

TEST_F(Weixinsim, WritesItsPortsOnceReady) {
  program p{{"--dir", directory, "--users", "2", "--auto"}};
  EXPECT_THAT(p.line(), StartsWith("weixinsim ready listen=127.0.0.1:"));
  std::ifstream file{directory + "/weixinsim.json"};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  auto o = boost::json::parse(text).as_object();
  EXPECT_THAT(std::string{o.at("control").as_string().c_str()}, StartsWith("127.0.0.1:"));
  EXPECT_TRUE(std::filesystem::exists(o.at("ca_file").as_string().c_str()));
}

TEST_F(Weixinsim, EndsCleanlyOnSignals) {
  for (int number : {SIGTERM, SIGINT}) {
    program p{{"--dir", directory}};
    (void)p.line();
    p.signal(number);
    EXPECT_EQ(p.exit_code(), 0);
  }
}

TEST_F(Weixinsim, RefusesAnAddressThatIsNotLoopback) {
  program p{{"--dir", directory, "--listen", "0.0.0.0:0"}};
  EXPECT_THAT(p.line(), HasSubstr("not a loopback address"));
  EXPECT_EQ(p.exit_code(), 1);
}

TEST_F(Weixinsim, NamesItsVersionAndRefusesUnknownOptions) {
  program version{{"--version"}};
  EXPECT_THAT(version.line(), StartsWith("weixinsim "));
  EXPECT_EQ(version.exit_code(), 0);
  program unknown{{"--nothing"}};
  EXPECT_EQ(unknown.exit_code(), 2);
}

} // namespace
} // namespace weixin::simulator
