#pragma once

#include "ctl/session.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace weixin::ctl {

/// What weixind is to do with friends or groups: a change that Weixin may take, refuse or ignore.
struct wanted_operation {
  std::string name; ///< the account
  std::string method;
  std::string path; ///< below the account
  boost::json::value body;
  bool no_wait = false;
};

/// Has it done, waits for its outcome unless that is not wanted, and writes it as "ID STATE", as JSON, or as
/// its id alone. A failure when it was refused, expired or nobody knows.
outcome<exit_code> run_operation(session& s, const wanted_operation& o);

/// What a state means and what to do about it; empty for `confirmed`.
std::string advice_for_operation(std::string_view state, std::string_view way);

} // namespace weixin::ctl
