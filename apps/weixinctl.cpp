#include "ctl/run.hpp"

#include <string>
#include <vector>

int main(int argc, char** argv) {
  auto terminal = weixin::ctl::open_console();
  return static_cast<int>(weixin::ctl::run({argv + (argc > 0 ? 1 : 0), argv + argc}, terminal));
}
