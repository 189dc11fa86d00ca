#pragma once

#include "ctl/outcome.hpp"

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string_view>

namespace weixin::ctl {

/// Whether colours are used: `automatic` means on a terminal, unless NO_COLOR or TERM=dumb speak against it.
enum class colour_choice { automatic, always, never };

/// Where a command reads and writes, and what is known of the terminal. Results go to `out`, everything that
/// is said about them to `err`.
struct console {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  std::function<void(std::chrono::milliseconds)> sleep;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool is_dumb = false; ///< NO_COLOR is set, or TERM says dumb
  bool is_utf8 = false;
  bool has_light_background = false; ///< as COLORFGBG tells; false when nothing does
  int columns = 0;                   ///< 0: unknown
  int rows = 0;                      ///< the same
  colour_choice colour = colour_choice::automatic;

  bool colours_on_out() const noexcept { return colours(out_is_terminal); }
  bool colours_on_err() const noexcept { return colours(err_is_terminal); }

private:
  bool colours(bool is_terminal) const noexcept {
    return colour == colour_choice::always || (colour == colour_choice::automatic && is_terminal && !is_dumb);
  }
};

/// The program's standard streams. Looks at the environment (LC_*, NO_COLOR, TERM, COLORFGBG) once, and takes
/// over the user's LC_CTYPE for the process.
console open_console();

/// A line on `err`; the text may be untrusted.
void say(console& c, std::string_view text);

/// The failure on `err`, as "error: ..." and "hint: ..."; gives its code.
exit_code report(console& c, const failure& f);

} // namespace weixin::ctl
