#pragma once

#include "ctl/command_line.hpp"

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace weixin::ctl {

/// What of the command line is about friends, groups, and operations on them. Lives as long as the parser.
class contact_grammar {
public:
  /// `help` takes the examples of a verb, `choose` the command that was read.
  using add_examples = std::function<void(const CLI::App*, std::string)>;
  using take_command = std::function<void(command)>;

  void add_verbs(CLI::App& app, const add_examples& help, const take_command& choose);

private:
  template <class Verb>
  CLI::App* on_account(CLI::App* parent, const char* name, const char* help, Verb& into);
  CLI::App* friend_verb_on(CLI::App* parent, std::size_t index, const char* name, const char* help,
                           const char* who);
  CLI::App* group_verb_on(CLI::App* parent, std::size_t index, const char* name, const char* help);
  CLI::App* question_on(CLI::App& app, std::size_t index, const char* name, const char* help,
                        const char* what);
  void friend_verbs(CLI::App& app, const add_examples& help);
  void group_verbs(CLI::App& app, const add_examples& help);
  void questions(CLI::App& app, const add_examples& help);
  void operation_verbs(CLI::App& app, const add_examples& help);

  take_command choose_;
  friend_list friend_list_;
  std::vector<friend_verb> friend_verb_;
  group_list group_list_;
  group_members group_members_;
  std::vector<group_verb> group_verb_;
  std::vector<question> question_;
  operation_list operation_list_;
  operation_show operation_show_;
};

} // namespace weixin::ctl
