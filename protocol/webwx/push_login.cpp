#include "protocol/webwx/push_login.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/request.hpp"
#include "protocol/webwx/script.hpp"

#include <algorithm>

namespace weixin::webwx {

http_request make_push_login(const session& previous) {
  return make_push_login(previous, previous.host.entry);
}

http_request make_push_login(const session& previous, std::string_view host) {
  target t{endpoint::webwxpushloginurl};
  t.add("uin", previous.uin);
  if (previous.mode == login_mode::desktop) t.add("mod", "desktop");
  return make_get(host, std::move(t), previous);
}

std::vector<std::string> push_login_hosts(const session& previous) {
  std::vector<std::string> list;
  for (const auto& host : {previous.host.entry, previous.host.login, std::string{"login.weixin.qq.com"}})
    if (std::find(list.begin(), list.end(), host) == list.end()) list.push_back(host);
  return list;
}

bool can_push_login(const session& previous) noexcept {
  auto has = [&](std::string_view name) {
    const auto* c = previous.cookies.find(name);
    return c != nullptr && !c->value.empty();
  };
  return previous.uin > 0 && has("webwxuvid") && has("webwx_auth_ticket");
}

std::optional<session> retired(const session& s) {
  if (!can_push_login(s)) return std::nullopt;
  session kept;
  kept.uin = s.uin;
  kept.device_id = s.device_id;
  kept.user_agent = s.user_agent;
  kept.host = s.host;
  kept.mode = s.mode;
  kept.cookies = s.cookies;
  kept.cookies.retain_push_login();
  return kept;
}

bool is_retired(const session& s) noexcept { return s.uin > 0 && s.sid.empty() && s.skey.empty(); }

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
