#include "ctl/console.hpp"

#include "ctl/terminal_text.hpp"

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <langinfo.h>
#include <string>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

namespace weixin::ctl {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : std::string_view{};
}

/// rxvt's convention, followed by several terminals: "foreground;background", 7 and 15 being the whites.
bool says_light_background(std::string_view colours) {
  auto background = colours.substr(colours.rfind(';') + 1);
  return background == "7" || background == "15";
}

} // namespace

console open_console() {
  std::setlocale(LC_CTYPE, "");
  console c{std::cout, std::cerr, std::cin,
            [](std::chrono::milliseconds d) { std::this_thread::sleep_for(d); }};
  c.in_is_terminal = ::isatty(STDIN_FILENO) == 1;
  c.out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  c.err_is_terminal = ::isatty(STDERR_FILENO) == 1;
  c.is_dumb = !variable("NO_COLOR").empty() || variable("TERM") == "dumb";
  c.is_utf8 = std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0;
  c.has_light_background = says_light_background(variable("COLORFGBG"));
  winsize size{};
  if (c.out_is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
    c.columns = size.ws_col;
    c.rows = size.ws_row;
  }
  return c;
}

void say(console& c, std::string_view text) { c.err << printable(text) << std::endl; }

exit_code report(console& c, const failure& f) {
  c.err << "error: " << printable(f.text) << '\n' << f.list;
  if (!f.hint.empty()) c.err << "hint: " << printable(f.hint) << '\n';
  c.err.flush();
  return f.code;
}

} // namespace weixin::ctl
