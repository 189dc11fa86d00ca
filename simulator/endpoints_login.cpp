#include "simulator/endpoints.hpp"
#include "simulator/phones.hpp"
#include "simulator/picture.hpp"
#include "simulator/sessions.hpp"
#include "simulator/wire_formats.hpp"
#include "simulator/wire_text.hpp"

#include <algorithm>
#include <utility>

namespace weixin::simulator {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view app_id = "wx782c26e4c19acffb";
constexpr std::chrono::seconds session_cookie_lifetime = 12h;
constexpr std::chrono::seconds browser_cookie_lifetime = 10 * 365 * 24h;

std::size_t wished_user(const world& w, const call& c) {
  if (auto found = w.user_of_uvid.find(std::string{c.request.cookie("webwxuvid")});
      found != w.user_of_uvid.end())
    return found->second;
  return 0;
}

/// The headers of the desktop client; nobody outside knows what extspam holds, only that it is base64 (3.6).
bool has_desktop_headers(const world& w, const call& c) {
  auto all_of = [](std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
  };
  auto token = c.request.header("extspam");
  return all_of(c.request.header("client-version"), "0123456789.") &&
         all_of(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") &&
         (w.options.extspam.empty() || token == w.options.extspam);
}

/// Whether the user may log in this way, else the refusal.
std::optional<answer> refusal(world& w, const call& c, const phone_user& user, bool desktop) {
  constexpr std::string_view abnormal = "当前登录环境异常。为了你的帐号安全，暂时不能登录网页版。";
  if (user.policy == login_policy::barred || (user.policy == login_policy::desktop_only && !desktop))
    return login_page_refusal(1203, abnormal);
  if (desktop && !has_desktop_headers(w, c)) {
    w.violate(violation_kind::bad_query, c,
              "desktop mode needs client-version, as 2.0.0, and the token extspam");
    return html("<!DOCTYPE html><html><head><title>error</title></head><body></body></html>");
  }
  return std::nullopt;
}

int login_page_status(const world& w, const call& c) {
  if (w.options.login_page_status != 0) return w.options.login_page_status;
  return c.request.field("fun") == "new" || c.request.field("version") == "v2" ? 200 : 301;
}

/// The code has come to nothing.
void let_go(world& w, phone_user& user, const login_code& code) {
  if (user.pending_uuid == code.uuid) user.pending_uuid.clear();
  if (!user.session || user.session->ended) mark_free(w, user);
}

/// From now on the user is at another entry host, where the login has to begin anew (3.5).
answer sent_elsewhere(world& w, phone_user& user, login_code& code) {
  code.state = login_state::expired;
  user.entry_host = std::exchange(user.moved_to, {});
  let_go(w, user, code);
  return xml("<error><ret>0</ret><message></message><redirecturl>https://" + user.entry_host +
             "/?lang=zh_CN</redirecturl></error>");
}

void set_login_cookies(answer& a, const web_session& s, wall_time now) {
  const auto& host = s.entry_host;
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  auto parent = host.ends_with(".qq.com") ? ".qq.com" : ".wechat.com";
  set_cookie(a, "wxuin", std::to_string(s.uin), host, now, session_cookie_lifetime);
  set_cookie(a, "wxsid", s.secrets.sid, host, now, session_cookie_lifetime);
  set_cookie(a, "wxloadtime", std::to_string(seconds), host, now, session_cookie_lifetime);
  set_cookie(a, "mm_lang", "zh_CN", host, now, session_cookie_lifetime);
  set_cookie(a, "webwx_data_ticket", s.secrets.data_ticket, parent, now, session_cookie_lifetime);
  set_cookie(a, "webwxuvid", s.secrets.uvid, host, now, browser_cookie_lifetime);
  set_cookie(a, "webwx_auth_ticket", s.secrets.auth_ticket, host, now, browser_cookie_lifetime);
}

} // namespace

std::optional<answer> serve_jslogin(world& w, const call& c) {
  const auto& r = c.request;
  if (r.field("appid") != app_id || r.field("fun") != "new") {
    w.violate(violation_kind::bad_query, c, "appid and fun=new are needed");
    return ret_in_words_of("jslogin", 400);
  }
  login_code code;
  code.uuid = w.secrets.uuid();
  code.desktop = r.field("redirect_uri").find("mod=desktop") != std::string_view::npos;
  code.entry_host = r.role().entry;
  code.wished = wished_user(w, c);
  auto uuid = issue_code(w, std::move(code)).uuid;
  auto a = javascript("window.QRLogin.code = 200; window.QRLogin.uuid = \"" + uuid + "\";");
  a.response.headers.push_back({"Content-Type", "text/html; charset=gbk"});
  a.response.headers.push_back({"Cache-Control", "no-cache, must-revalidate"});
  return a;
}

std::optional<answer> serve_qrcode(world& w, const call& c) {
  if (w.logins.find(c.request.path_tail()) == nullptr) return plain_status(404);
  if (c.request.endpoint() == "l") return html("<html><head><title>login</title></head><body></body></html>");
  return jpeg(make_jpeg(38'000, 1));
}

std::optional<answer> serve_login(world& w, const call& c) {
  const auto& r = c.request;
  if (r.field("uuid").empty() || (r.field("tip") != "0" && r.field("tip") != "1"))
    w.violate(violation_kind::bad_query, c, "uuid and tip=0 or tip=1 are needed");
  auto* code = w.logins.find(r.field("uuid"));
  if (code == nullptr) return login_poll_answer(400);
  if (code->state == login_state::exchanged) {
    // Users report that polling once online drops the session (3.3).
    w.violate(violation_kind::late_login_poll, c, "this code is logged in already");
    if (auto* user = w.user(code->user); user != nullptr && user->session)
      end_session(w, *user->session, ret_invalid_session);
    return login_poll_answer(400);
  }
  if (auto a = poll_code(w, *code, r.field("tip") == "1")) return a;
  if (code->polls.size() >= login_book::max_polls) {
    w.violate(violation_kind::too_many, c, "polls of one code at the same time");
    return login_poll_answer(500);
  }
  code->polls.push_back(c.id);
  w.hold(c.id, w.options.hold, [&w, uuid = code->uuid, id = c.id] {
    if (auto* held = w.logins.find(uuid)) std::erase(held->polls, id);
    w.release(id, login_poll_answer(408));
  });
  return std::nullopt;
}

std::optional<answer> serve_webwxpushloginurl(world& w, const call& c) {
  const auto& r = c.request;
  auto found = w.user_of_uvid.find(std::string{r.cookie("webwxuvid")});
  auto* user = found == w.user_of_uvid.end() ? nullptr : w.user(found->second);
  bool known = user != nullptr && r.field("uin") == std::to_string(user->uin) &&
               r.cookie("wxuin") == r.field("uin") &&
               std::any_of(user->browsers.begin(), user->browsers.end(), [&](const known_browser& b) {
                 return b.uvid == r.cookie("webwxuvid") && b.auth_ticket == r.cookie("webwx_auth_ticket");
               });
  if (!known || user->policy == login_policy::barred) return ret_in_words_of("webwxpushloginurl", 1);
  login_code code;
  code.uuid = w.secrets.uuid();
  code.desktop = r.field("mod") == "desktop";
  code.pushed = true;
  code.user = user->id;
  // The phone shows the question at once: to the poll it is as if it had scanned.
  code.state = login_state::scanned;
  code.scanned = w.now.steady;
  code.scanned_wall = w.now.wall;
  mark_busy(w, *user);
  user->pending_uuid = code.uuid;
  auto uuid = issue_code(w, std::move(code)).uuid;
  return json_text({{"ret", "0"}, {"msg", "all ok"}, {"uuid", uuid}});
}

std::optional<answer> serve_webwxnewloginpage(world& w, const call& c) {
  const auto& r = c.request;
  auto* code = w.logins.find_ticket(r.field("ticket"));
  if (code == nullptr || code->uuid != r.field("uuid")) {
    w.violate(violation_kind::bad_query, c, "ticket and uuid must be those of the redirect_uri");
    return login_page_refusal(1201, "ticket");
  }
  auto* user = w.user(code->user);
  bool settled = code->state == login_state::confirmed || code->state == login_state::exchanged;
  if (user == nullptr || !settled || w.now.steady - code->scanned > w.options.ticket_lifetime)
    return login_page_refusal(1201, "ticket");
  if (r.role().entry != user->entry_host) {
    w.violate(violation_kind::wrong_host, c, "the redirect_uri leads to " + user->entry_host);
    return login_page_refusal(1201, "host");
  }
  if (auto no = refusal(w, c, *user, code->desktop)) {
    let_go(w, *user, *code);
    return no;
  }
  if (!user->moved_to.empty()) return sent_elsewhere(w, *user, *code);
  code->state = login_state::exchanged;
  auto s = open_session(w, *user, r.cookie("webwxuvid"));
  const auto& keys = s->secrets;
  auto a = xml("<error><ret>0</ret><message></message><skey>" + keys.skey + "</skey><wxsid>" + keys.sid +
                   "</wxsid><wxuin>" + std::to_string(s->uin) + "</wxuin><pass_ticket>" + keys.pass_ticket +
                   "</pass_ticket><isgrayscale>1</isgrayscale></error>",
               login_page_status(w, c));
  set_login_cookies(a, *s, w.now.wall);
  return a;
}

} // namespace weixin::simulator
