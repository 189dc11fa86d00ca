#include "protocol/webwx/push_login.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/request.hpp"
#include "protocol/webwx/script.hpp"

namespace weixin::webwx {

http_request make_push_login(const session& previous) {
  target t{endpoint::webwxpushloginurl};
  t.add("uin", previous.uin);
  return make_get(previous.host.entry, std::move(t), previous);
}

result<std::string> parse_push_login(const http_response& answer) {
  constexpr auto e = endpoint::webwxpushloginurl;
  if (auto r = expect_status(answer, e); !r) return r.error();
  if (auto r = expect_no_page(answer.body, e); !r) return r.error();
  // JSON, but seen with single quotes as well, which no JSON parser takes.
  auto ret_value = find_assignment(answer.body, "ret");
  auto ret = ret_value && ret_value->complete ? to_int(ret_value->text) : std::nullopt;
  if (!ret) return answer_error(errc::malformed_answer, to_string(e), "no ret");
  if (*ret != 0) return answer_error(errc::login_refused, to_string(e), {}, *ret);
  auto uuid = find_assignment(answer.body, "uuid");
  if (!uuid || !uuid->quoted || !uuid->complete || !is_uuid(uuid->text))
    return answer_error(errc::malformed_answer, to_string(e), "no uuid");
  return std::string{uuid->text};
}

} // namespace weixin::webwx
