#pragma once

#include "tests/ctl/fake_admin.hpp"

#include <string>
#include <vector>

namespace weixin::ctl::test {

/// What a run of a program left behind.
struct ended {
  int code = -1;   ///< the exit code; -1: it did not end in time, or by a signal
  std::string out; ///< on a terminal: all that it showed
  std::string err;
};

struct surroundings {
  std::string input{};                    ///< typed or piped in, then the input ends
  std::vector<std::string> environment{}; ///< "NAME=value", besides LC_ALL=C.UTF-8 and TERM=xterm
  bool on_terminal = false;               ///< standard input, output and error are a terminal of 100 columns
  std::string ends_after{};               ///< the program is ended when it has written this
  std::string output_file{};              ///< takes standard output instead
};

/// Runs the built weixinctl.
ended run_program(std::vector<std::string> arguments, const surroundings& where = {});

/// A scripted server, and weixinctl on its socket.
class ProgramTest : public testing::Test {
protected:
  ended run(std::vector<std::string> arguments, const surroundings& where = {}) {
    arguments.insert(arguments.begin(), {"--socket", server.socket()});
    return run_program(std::move(arguments), where);
  }
  fake_admin server;
};

} // namespace weixin::ctl::test
