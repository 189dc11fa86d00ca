#pragma once

#include "protocol/errc.hpp"

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace weixin {

/// An error as a value: what happened, and a short redacted context for a log line or an operator.
/// The context never holds message text, names of people, cookies, keys, tickets or query strings.
struct error {
  errc code = errc::internal;
  std::string context;
  /// The number Weixin or HTTP gave (BaseResponse.Ret, retcode, status), 0 when there is none.
  int ret = 0;
  /// True when at least one byte of the request may have reached the other side, so that its effect is
  /// unknown.
  bool request_left = false;
};

/// The value or the reason why there is none. `result<void>` for calls that only succeed or fail.
template <class T>
using result = boost::system::result<T, error>;

/// Makes `return fail(errc::timed_out, "synccheck");` work in any function that returns a result.
inline error fail(errc code, std::string context = {}, int ret = 0) {
  return error{code, std::move(context), ret, false};
}

/// One line: the code's name, the number if any, the context if any.
inline std::string to_string(const error& e) {
  std::string text{to_string(e.code)};
  if (e.ret != 0) text += " " + std::to_string(e.ret);
  if (!e.context.empty()) text += ": " + e.context;
  return text;
}

/// boost::system::result calls this when a caller asks an error for its value: a bug of ours.
[[noreturn]] inline void throw_exception_from_error(const error& e, const boost::source_location&) {
  throw std::logic_error("value of a failed result: " + to_string(e));
}

} // namespace weixin
