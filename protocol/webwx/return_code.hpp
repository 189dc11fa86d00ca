#pragma once

#include "protocol/result.hpp"

#include <string_view>

namespace weixin::webwx {

/// What a number means for who has to act (weixin-protocol.md 9).
enum class ret_class {
  ok,               ///< 0, and -2013 of group creation
  transient,        ///< -1, 3
  throttled,        ///< 1205
  session_ended,    ///< 1100, 1101, 1102
  ticket_rejected,  ///< -14
  barred,           ///< 1203
  rejected_request, ///< -2, 1, 1200
  not_a_friend,     ///< 1204
  unknown,          ///< any other number: transient, with few retries
};

/// BaseResponse.Ret, synccheck's retcode and the login XML's ret share one list; this is the only place that
/// tells their numbers apart.
ret_class classify(int ret) noexcept;

/// True for Weixin's words about too much haste ("操作太频繁，请稍后再试。", weixin-protocol.md 6): they come
/// with other numbers than 1205 as well.
bool says_too_frequent(std::string_view err_msg) noexcept;

/// The error of a number that is not 0; its `ret` is the number, its context the endpoint. The answer came,
/// so the request had left.
error error_of(int ret, std::string_view endpoint);

} // namespace weixin::webwx
