#include "simulator/sessions.hpp"

#include "simulator/phones.hpp"
#include "simulator/wire_formats.hpp"
#include "simulator/wire_text.hpp"

#include <algorithm>

namespace weixin::simulator {
namespace {

using namespace std::chrono_literals;

bool is_device_id(std::string_view text) {
  return text.size() == 16 && text[0] == 'e' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Encoded none, one or two times, or the words that clients are known to get away with
/// (weixin-protocol.md 1.2).
bool is_acceptable_pass_ticket(std::string_view said, std::string_view raw) {
  auto plain = percent_decode(raw);
  return said == raw || said == plain || percent_decode(said) == raw || said == "undefined" ||
         said == "pass_ticket";
}

void remember_browser(world& w, phone_user& user, web_session& s) {
  std::erase_if(user.browsers, [&](const known_browser& b) { return b.uvid == s.secrets.uvid; });
  if (user.browsers.size() >= phone_user::max_browsers) {
    w.user_of_uvid.erase(user.browsers.front().uvid);
    user.browsers.erase(user.browsers.begin());
  }
  user.browsers.push_back({s.secrets.uvid, s.secrets.auth_ticket});
  w.user_of_uvid[s.secrets.uvid] = user.id;
}

void retire(world& w, phone_user& user) {
  user.older.push_back(std::move(user.session));
  if (user.older.size() > phone_user::max_older_sessions) {
    w.sessions.erase(user.older.front()->secrets.sid);
    user.older.erase(user.older.begin());
  }
}

bool is_right_host(const world& w, const call& c, const web_session& s) {
  auto role = c.request.role();
  auto endpoint = c.request.endpoint();
  if (endpoint == "webwxuploadmedia" || endpoint == "webwxgetmedia")
    return role.kind == host_kind::file && role.entry == s.entry_host;
  if (endpoint != "synccheck") return role.kind == host_kind::entry && role.entry == s.entry_host;
  const auto& only = w.users.at(s.user_id - 1)->push_host;
  if (!only.empty()) return c.request.header("Host").substr(0, c.request.header("Host").find(':')) == only;
  return role.kind == host_kind::push && role.entry == s.entry_host;
}

void check_extras(world& w, const call& c, const credentials& said, const web_session& s) {
  if (said.with_device_id && !is_device_id(said.device_id))
    w.violate(violation_kind::bad_device_id, c, "the device id must be e and 15 digits");
  if (c.request.has_field("pass_ticket") && !is_pass_ticket(s, c.request.field("pass_ticket")))
    w.violate(violation_kind::bad_pass_ticket, c, "pass_ticket is not this session's");
  if (c.request.cookie("webwx_data_ticket").empty())
    w.violate(violation_kind::missing_cookie, c, "webwx_data_ticket, whose domain is the parent domain");
}

} // namespace

std::shared_ptr<web_session> open_session(world& w, phone_user& user, std::string_view uvid) {
  std::vector<message_draft> left;
  if (user.session) {
    if (!user.session->ended) end_session(w, *user.session, ret_invalid_session);
    if (w.options.carry_over) left = user.session->take_unfetched_messages();
    retire(w, user);
  }
  auto s = std::make_shared<web_session>(++w.last_session, user, w.secrets, w.now);
  auto known = std::find_if(user.browsers.begin(), user.browsers.end(),
                            [&](const known_browser& b) { return !uvid.empty() && b.uvid == uvid; });
  if (known != user.browsers.end()) {
    s->secrets.uvid = known->uvid;
    s->secrets.auth_ticket = known->auth_ticket;
  }
  remember_browser(w, user, *s);
  for (auto& m : left)
    s->add_event(std::move(m));
  user.session = s;
  user.pending_uuid.clear();
  ++user.logins;
  w.sessions[s->secrets.sid] = s;
  mark_busy(w, user);
  return s;
}

void end_session(world& w, web_session& s, int code) {
  if (s.ended) return;
  s.ended = code;
  w.online.erase(s.user_id);
  if (s.held_check != 0) w.release(std::exchange(s.held_check, 0), synccheck_answer(code, 0));
  mark_free(w, *w.user(s.user_id));
}

bool deliver(world& w, web_session& s, sync_event e) {
  bool message = std::holds_alternative<message_draft>(e);
  if (s.ended || !s.add_event(std::move(e))) return false;
  if (s.held_check != 0) w.release(std::exchange(s.held_check, 0), synccheck_answer(0, message ? 2 : 4));
  return true;
}

void rotate_keys(world& w, web_session& s) {
  s.secrets.previous_skey = std::exchange(s.secrets.skey, w.secrets.skey());
  s.secrets.previous_data_ticket = std::exchange(s.secrets.data_ticket, w.secrets.data_ticket());
  s.previous_skey_until = w.now.steady + 60s;
  s.syncs_since_rotation = 0;
}

credentials from_base_request(const call& c) {
  const auto& b = c.request.base();
  return {b.uin, b.sid, b.skey, b.device_id, true, true};
}

credentials from_query_and_cookies(const call& c) {
  const auto& r = c.request;
  return {std::string{r.cookie("wxuin")},
          std::string{r.cookie("wxsid")},
          std::string{r.field("skey")},
          {},
          false,
          true};
}

credentials from_cookies(const call& c) {
  const auto& r = c.request;
  return {std::string{r.cookie("wxuin")}, std::string{r.cookie("wxsid")}, {}, {}, false, false};
}

credentials from_object(const boost::json::object& base) {
  return {text_of(base, "Uin"),
          text_of(base, "Sid"),
          text_of(base, "Skey"),
          text_of(base, "DeviceID"),
          true,
          true};
}

bool is_data_ticket(const world& w, const web_session& s, std::string_view text) {
  return text == s.secrets.data_ticket ||
         (!text.empty() && text == s.secrets.previous_data_ticket && w.now.steady <= s.previous_skey_until);
}

bool is_pass_ticket(const web_session& s, std::string_view text) {
  return is_acceptable_pass_ticket(text, s.secrets.pass_ticket);
}

bool is_in_chatroom(const phone_user& user, const web_session& s, const peer_ref& who,
                    std::string_view chatroom_id) {
  if (chatroom_id.empty()) return true;
  for (std::size_t i = 0; i < user.chatrooms.size(); ++i) {
    const auto& name = s.names.of({peer_ref::kind::chatroom, i, 0});
    if (chatroom_id != name && chatroom_id != std::string_view{name}.substr(1)) continue;
    const auto& members = user.chatrooms[i].members;
    return (who.what == peer_ref::kind::chatroom && who.index == i) ||
           std::any_of(members.begin(), members.end(), [&](const member& m) {
             auto number = static_cast<std::size_t>(&m - members.data());
             return s.names.of({peer_ref::kind::member, i, number}) == s.names.of(who);
           });
  }
  return false;
}

admission admit(world& w, const call& c, const credentials& said) {
  if (said.uin.empty() || said.sid.empty() || (said.with_skey && said.skey.empty()))
    w.violate(violation_kind::bad_base_request, c, "uin, sid and skey are needed");
  auto sid_cookie = c.request.cookie("wxsid");
  auto uin_cookie = c.request.cookie("wxuin");
  if (sid_cookie.empty() || uin_cookie.empty()) {
    w.violate(violation_kind::missing_cookie, c, "wxsid and wxuin");
    return {nullptr, ret_bad_cookie};
  }
  if (sid_cookie != said.sid || uin_cookie != said.uin) {
    w.violate(violation_kind::wrong_cookie, c, "wxsid and wxuin must be those of the request");
    return {nullptr, ret_bad_cookie};
  }
  auto found = w.sessions.find(said.sid);
  if (found == w.sessions.end()) return {nullptr, ret_no_session};
  auto s = found->second;
  if (!s->ended && w.options.session_idle_limit > 0ms &&
      w.now.steady - s->last_request > w.options.session_idle_limit)
    end_session(w, *s, ret_invalid_session);
  if (s->ended) return {nullptr, *s->ended};
  if (said.uin != std::to_string(s->uin)) {
    w.violate(violation_kind::bad_base_request, c, "this sid belongs to another uin");
    return {nullptr, ret_no_session};
  }
  if (!is_right_host(w, c, *s)) {
    // Looking for the push host among push hosts is no mistake (4.5); anything else is.
    if (c.request.role().kind != host_kind::push)
      w.violate(violation_kind::wrong_host, c, "this session lives on " + s->entry_host);
    return {nullptr, ret_no_session};
  }
  bool previous = said.skey == s->secrets.previous_skey && w.now.steady <= s->previous_skey_until;
  if (said.with_skey && said.skey != s->secrets.skey && !previous) {
    w.violate(violation_kind::stale_skey, c, "skey is not this session's newest");
    return {nullptr, ret_invalid_session};
  }
  check_extras(w, c, said, *s);
  s->last_request = w.now.steady;
  return {s, 0};
}

} // namespace weixin::simulator
