#include "ctl/access_grammar.hpp"
#include "ctl/run.hpp"

#include <string>
#include <vector>

int main(int argc, char** argv) {
  std::vector<std::string> arguments{argv + (argc > 0 ? 1 : 0), argv + argc};
  weixin::ctl::hide_token(argc, argv);
  auto terminal = weixin::ctl::open_console();
  return static_cast<int>(weixin::ctl::run(arguments, terminal));
}
