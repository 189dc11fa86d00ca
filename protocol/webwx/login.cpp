#include "protocol/webwx/login.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/client_ids.hpp"
#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/request.hpp"
#include "protocol/webwx/script.hpp"
#include "protocol/webwx/xml.hpp"

#include <algorithm>

namespace weixin::webwx {

namespace {

/// What the phone shows as "Web Weixin" (weixin-protocol.md 3.1).
constexpr std::string_view app_id = "wx782c26e4c19acffb";

error malformed(endpoint e, std::string_view detail) {
  return answer_error(errc::malformed_answer, to_string(e), detail);
}

/// Three digits, or 0: with fewer than three nothing but a sign after them tells that none was cut off.
std::optional<int> code_of(const std::optional<script_value>& value) noexcept {
  if (!value) return std::nullopt;
  auto code = to_int(value->text);
  if (!code || (!value->complete && value->text.size() != 3)) return std::nullopt;
  return code;
}

/// Visible ASCII, which base64 and version numbers are.
bool is_header_value(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

login_status status_of(int code) noexcept {
  switch (code) {
  case 408:
    return login_status::waiting;
  case 201:
    return login_status::scanned;
  case 200:
    return login_status::confirmed;
  case 202:
    return login_status::cancelled;
  default:
    return login_status::expired;
  }
}

} // namespace

http_request make_jslogin(std::string_view login_host, std::string_view entry_host,
                          std::string_view user_agent, std::int64_t now_ms, login_mode mode) {
  auto redirect_uri = "https://" + std::string{entry_host} + "/cgi-bin/mmwebwx-bin/webwxnewloginpage";
  if (mode == login_mode::desktop) redirect_uri += "?mod=desktop";
  target t{std::string{"/jslogin"}};
  t.add("appid", app_id)
      .add("redirect_uri", redirect_uri)
      .add("fun", "new")
      .add("lang", "zh_CN")
      .add("_", now_ms);
  return make_get(login_host, std::move(t), user_agent, entry_host);
}

result<std::string> parse_jslogin(const http_response& answer) {
  constexpr auto e = endpoint::jslogin;
  if (auto r = expect_status(answer, e); !r) return r.error();
  if (auto r = expect_no_page(answer.body, e); !r) return r.error();
  auto code = code_of(find_assignment(answer.body, "window.QRLogin.code"));
  if (!code) return malformed(e, "no code");
  if (*code != 200) return answer_error(errc::server_error, to_string(e), {}, *code);
  auto uuid = find_assignment(answer.body, "window.QRLogin.uuid");
  if (!uuid || !uuid->quoted || !uuid->complete || !is_uuid(uuid->text)) return malformed(e, "no uuid");
  return std::string{uuid->text};
}

std::string qr_text(std::string_view uuid) { return "https://login.weixin.qq.com/l/" + std::string{uuid}; }

http_request make_qr_image(std::string_view uuid, std::string_view user_agent, std::int64_t now_ms) {
  target t{"/qrcode/" + percent_encode(uuid)};
  t.add("t", "webwx").add("_", now_ms);
  // This host has the pictures, whichever other one the login goes to (weixin-protocol.md 3.2).
  return make_get("login.weixin.qq.com", std::move(t), user_agent, hosts{}.entry);
}

http_request make_login_poll(std::string_view login_host, std::string_view uuid, bool scanned,
                             std::string_view user_agent, std::int64_t now_ms) {
  target t{endpoint::login};
  t.add("loginicon", "true").add("uuid", uuid).add("tip", scanned ? "0" : "1");
  t.add("r", bitwise_not_ms(now_ms)).add("_", now_ms);
  // The page that polls is the entry host's, which at this time can only be the usual one.
  return make_get(login_host, std::move(t), user_agent, hosts{}.entry);
}

result<login_poll> parse_login_poll(const http_response& answer) {
  constexpr auto e = endpoint::login;
  if (auto r = expect_status(answer, e); !r) return r.error();
  if (auto r = expect_no_page(answer.body, e); !r) return r.error();
  login_poll poll;
  // An answer without a code counts as the service's trouble, like 500 (weixin-protocol.md 3.3).
  poll.code = code_of(find_assignment(answer.body, "window.code")).value_or(0);
  poll.status = status_of(poll.code);
  if (poll.status == login_status::confirmed) {
    auto uri = find_assignment(answer.body, "window.redirect_uri");
    if (!uri || !uri->quoted || !uri->complete || uri->text.empty()) return malformed(e, "no redirect_uri");
    poll.redirect_uri = std::string{uri->text};
  } else if (poll.status == login_status::scanned) {
    auto avatar = find_assignment(answer.body, "window.userAvatar");
    if (avatar && avatar->quoted && avatar->complete && avatar->text.starts_with("data:"))
      poll.avatar = std::string{avatar->text};
  }
  return poll;
}

http_request make_new_login_page(const session& s, const redirect& to) {
  auto path = to.target;
  path += path.find('?') == std::string::npos ? '?' : '&';
  path += "fun=new&version=v2";
  return make_get(to.host, target{std::move(path)}, s.user_agent, to.host);
}

result<http_request> make_new_login_page(const session& s, const redirect& to, const desktop_client& client) {
  const auto& extspam = client.extspam.reveal();
  if (extspam.empty() || !is_header_value(extspam) || client.version.empty() ||
      !is_header_value(client.version))
    return fail(errc::invalid_argument, "webwxnewloginpage: no desktop client");
  auto where = to;
  // The redirect has it when jslogin asked for it, but that is only what was seen.
  bool has_mode = where.target.find("?mod=desktop") != std::string::npos ||
                  where.target.find("&mod=desktop") != std::string::npos;
  if (!has_mode)
    where.target += where.target.find('?') == std::string::npos ? "?mod=desktop" : "&mod=desktop";
  auto request = make_new_login_page(s, where);
  for (auto& h : request.headers)
    if (h.name == "Referer") h.value = "https://" + to.host + "/?&lang=zh_CN&target=t";
  request.headers.push_back({"client-version", client.version});
  request.headers.push_back({"extspam", extspam});
  return request;
}

result<login_tickets> parse_new_login_page(const http_response& answer) {
  constexpr auto e = endpoint::webwxnewloginpage;
  if (auto r = expect_status(answer, e, {200, 301}); !r) return r.error();
  // A page instead of XML: this way of logging in is not open to the account.
  if (is_page(answer.body)) return answer_error(errc::login_refused, to_string(e), "a page");
  auto texts = xml_texts(
      answer.body, {"error", "ret", "skey", "wxsid", "wxuin", "pass_ticket", "redirecturl"}, to_string(e));
  if (!texts) return texts.error();
  auto text = [&](std::size_t i) { return (*texts)[i].value_or(""); };
  auto ret = to_int(text(1));
  if (!(*texts)[0] || !ret) return malformed(e, "no ret");
  if (*ret == 1203) return answer_error(errc::barred, to_string(e), {}, *ret);
  if (*ret != 0) return answer_error(errc::login_refused, to_string(e), {}, *ret);
  login_tickets tickets{to_int64(text(4)).value_or(0), secret{text(3)}, secret{text(2)}, secret{text(5)}, {}};
  if (auto elsewhere = text(6); !elsewhere.empty() && tickets.skey.empty()) {
    // It may be a host alone.
    if (elsewhere.find('/', std::string_view{"https://"}.size()) == std::string::npos) elsewhere += '/';
    auto to = parse_redirect_uri(elsewhere);
    if (!to) return to.error();
    tickets.other_entry_host = std::move(to->host);
    return tickets;
  }
  if (tickets.skey.empty() || tickets.pass_ticket.empty())
    return answer_error(errc::login_refused, to_string(e), "tickets are missing");
  return tickets;
}

result<void> begin_session(session& s, const login_tickets& tickets) {
  auto sid = tickets.sid;
  auto uin = tickets.uin;
  if (const auto* c = s.cookies.find("wxsid"); sid.empty() && c != nullptr) sid = c->value;
  if (const auto* c = s.cookies.find("wxuin"); uin <= 0 && c != nullptr)
    uin = to_int64(c->value.reveal()).value_or(0);
  if (tickets.skey.empty() || sid.empty() || uin <= 0)
    return answer_error(errc::login_refused, to_string(endpoint::webwxnewloginpage), "tickets are missing");
  s.uin = uin;
  s.sid = std::move(sid);
  s.skey = tickets.skey;
  s.pass_ticket = tickets.pass_ticket;
  return {};
}

} // namespace weixin::webwx
