#pragma once

#include "ctl/outcome.hpp"
#include "ctl/session.hpp"

#include <string>

namespace weixin::ctl {

/// Asks on the terminal; anything but a yes is a no.
bool asked_and_sure(session& s, const std::string& question);

/// The first line of a file that holds a proxy's URL; "-" is standard input. Short: nothing but a URL is to
/// be read by mistake.
outcome<std::string> read_proxy_file(session& s, const std::string& name);

/// All of a file of at most `most` bytes; "-" is standard input.
outcome<std::string> read_whole(session& s, const std::string& name, std::size_t most);

} // namespace weixin::ctl
