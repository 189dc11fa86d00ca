#pragma once

#include "ctl/exit_code.hpp"

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace weixin::ctl {

/// What the server says is wrong with one part of a request.
struct failed_part {
  std::string pointer; ///< into the request (RFC 6901); may be empty
  std::string detail;
};

/// Why a command ends early, in words for the person at the terminal. May hold text from the server: whoever
/// shows it escapes it.
struct failure {
  failure() = default;
  failure(exit_code c, std::string t, std::string h = {}) : code(c), text(std::move(t)), hint(std::move(h)) {}

  exit_code code = exit_code::failure;
  std::string text; ///< after "error: "
  std::string hint; ///< what to do about it; may be empty
  std::vector<failed_part> parts;
  std::string list; ///< lines between the two that were made for the terminal already; may be empty
};

template <class T>
using outcome = boost::system::result<T, failure>;

/// boost::system::result calls this when a caller asks a failure for its value: a bug of ours.
[[noreturn]] inline void throw_exception_from_error(const failure& f, const boost::source_location&) {
  throw std::logic_error("value of a failed outcome: " + f.text);
}

} // namespace weixin::ctl
