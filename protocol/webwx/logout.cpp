#include "protocol/webwx/logout.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/request.hpp"

namespace weixin::webwx {

http_request make_logout(const session& s, int after_ret) {
  bool was_ended = after_ret == 1101 || after_ret == 1102 || after_ret == 1205;
  target t{endpoint::webwxlogout};
  t.add("redirect", "1").add("type", was_ended ? "1" : "0").add("skey", s.skey.reveal()).add("lang", "zh_CN");
  auto form = "sid=" + percent_encode(s.sid.reveal()) + "&uin=" + std::to_string(s.uin);
  return make_post(s, std::move(t), "application/x-www-form-urlencoded", std::move(form));
}

session after_logout(session s) {
  s.sid = {};
  s.skey = {};
  s.pass_ticket = {};
  s.keys = {};
  s.cookies.retain_push_login();
  return s;
}

result<void> parse_logout(const http_response& answer) {
  if (answer.status >= 200 && answer.status < 400) return {};
  return answer_error(errc::http_status, to_string(endpoint::webwxlogout), {}, answer.status);
}

} // namespace weixin::webwx
