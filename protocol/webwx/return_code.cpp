#include "protocol/webwx/return_code.hpp"

#include "protocol/webwx/answer.hpp"

namespace weixin::webwx {

namespace {

errc code_of(ret_class c) noexcept {
  switch (c) {
  case ret_class::throttled:
    return errc::too_frequent;
  case ret_class::session_ended:
    return errc::session_ended;
  case ret_class::ticket_rejected:
    return errc::ticket_rejected;
  case ret_class::barred:
    return errc::barred;
  case ret_class::rejected_request:
    return errc::rejected_request;
  case ret_class::not_a_friend:
    return errc::not_a_friend;
  case ret_class::ok:
  case ret_class::transient:
  case ret_class::unknown:
    break;
  }
  return errc::server_error;
}

} // namespace

ret_class classify(int ret) noexcept {
  switch (ret) {
  case 0:
  case -2013:
    return ret_class::ok;
  case -1:
  case 3:
    return ret_class::transient;
  case 1205:
    return ret_class::throttled;
  case 1100:
  case 1101:
  case 1102:
    return ret_class::session_ended;
  case -14:
    return ret_class::ticket_rejected;
  case 1203:
    return ret_class::barred;
  case -2:
  case 1:
  case 1200:
    return ret_class::rejected_request;
  case 1204:
    return ret_class::not_a_friend;
  default:
    return ret_class::unknown;
  }
}

bool says_too_frequent(std::string_view err_msg) noexcept {
  return err_msg.find("频繁") != std::string_view::npos ||
         err_msg.find("too often") != std::string_view::npos ||
         err_msg.find("too frequent") != std::string_view::npos;
}

error error_of(int ret, std::string_view endpoint) {
  return answer_error(code_of(classify(ret)), endpoint, {}, ret);
}

} // namespace weixin::webwx
