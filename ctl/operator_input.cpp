#include "ctl/operator_input.hpp"

#include "ctl/terminal_text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <istream>
#include <ostream>

namespace weixin::ctl {
namespace {

constexpr std::size_t longest_proxy_url = 2'048;

/// The beginning of the file; one byte more than `most` tells that there is more.
outcome<std::string> read_beginning(session& s, const std::string& name, std::size_t most) {
  std::ifstream file;
  if (name != "-") {
    file.open(name);
    if (!file)
      return failure{exit_code::failure, "cannot read " + printable(name) + ": " + std::strerror(errno)};
  }
  std::string text(most + 1, '\0');
  std::istream& in = name == "-" ? s.terminal.in : file;
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return failure{exit_code::failure, "cannot read " + printable(name)};
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

} // namespace

bool asked_and_sure(session& s, const std::string& question) {
  s.terminal.err << printable(question) << " [y/N] " << std::flush;
  std::string reply;
  std::getline(s.terminal.in, reply);
  return reply == "y" || reply == "Y" || reply == "yes";
}

outcome<std::string> read_proxy_file(session& s, const std::string& name) {
  auto line = read_beginning(s, name, longest_proxy_url);
  if (!line) return line.error();
  line->resize(std::min(line->find_first_of("\r\n"), line->size()));
  if (line->empty() || line->size() > longest_proxy_url)
    return failure{exit_code::usage, "the first line of " + printable(name) + " is no proxy's URL",
                   "write http://USER:PASSWORD@HOST:PORT or socks5://... into it"};
  return line;
}

outcome<std::string> read_whole(session& s, const std::string& name, std::size_t most) {
  auto text = read_beginning(s, name, most);
  if (text && text->size() > most)
    return failure{exit_code::failure,
                   printable(name) + " is larger than " + std::to_string(most) + " bytes"};
  return text;
}

} // namespace weixin::ctl
