#pragma once

#include "ctl/command_line.hpp"

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace weixin::ctl {

/// What of the command line is about reaching a server and about access to it. Lives as long as the parser.
class access_grammar {
public:
  /// `help` takes the examples of a verb, `choose` the command that was read.
  using add_examples = std::function<void(const CLI::App*, std::string)>;
  using take_command = std::function<void(command)>;

  void add_options(CLI::App& app);
  void add_verbs(CLI::App& app, const add_examples& help, const take_command& choose);

  /// Fills `into`, once everything is read; says what is wrong, if anything. `arguments` tell what was typed
  /// and what the environment said: what was typed wins.
  std::string complete(invocation& into, const std::vector<std::string>& arguments) const;

private:
  std::string url_;
  std::string token_;
  std::string token_file_;
  std::string ca_file_;
  bool plain_http_ = false;
  token_create create_;
  token_revoke revoke_;
  show_audit audit_;
  console_link console_;
};

/// Overwrites the value of --token in the program's own arguments, which every user of the machine can see.
void hide_token(int argc, char** argv) noexcept;

} // namespace weixin::ctl
