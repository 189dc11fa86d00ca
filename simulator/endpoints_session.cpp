#include "simulator/endpoints.hpp"
#include "simulator/sessions.hpp"
#include "simulator/sync_keys.hpp"
#include "simulator/wire_formats.hpp"
#include "simulator/wire_text.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

/// Set by every webwxsync: it alone keeps a session's cookies alive (1.4).
void refresh_cookies(answer& a, const web_session& s, wall_time now) {
  const auto& host = s.entry_host;
  auto loaded =
      std::chrono::duration_cast<std::chrono::seconds>(s.login_time.wall.time_since_epoch()).count();
  set_cookie(a, "wxloadtime", std::to_string(loaded) + "_expired", host, now, 12h);
  set_cookie(a, "wxpluginkey", std::to_string(loaded), host, now, 12h);
  set_cookie(a, "wxuin", std::to_string(s.uin), host, now, 72h);
  set_cookie(a, "wxsid", s.secrets.sid, host, now, 12h);
  set_cookie(a, "webwx_data_ticket", s.secrets.data_ticket,
             host.ends_with(".qq.com") ? ".qq.com" : ".wechat.com", now, 12h);
}

json::array recent_contacts(const phone_user& user, const web_session& s) {
  constexpr std::size_t most = 10;
  json::array list;
  list.push_back(contact_object(user, s, {peer_ref::kind::contact, 0, 0}));
  for (std::size_t i = 0; i < user.chatrooms.size() && list.size() < most; ++i)
    if (!user.chatrooms[i].gone) list.push_back(contact_object(user, s, {peer_ref::kind::chatroom, i, 0}));
  for (std::size_t i = 1; i < user.contacts.size() && list.size() < most; ++i)
    if (!user.contacts[i].deleted && user.contacts[i].kind == person_kind::friendly)
      list.push_back(contact_object(user, s, {peer_ref::kind::contact, i, 0}));
  return list;
}

/// Comma-separated with a trailing comma and a repeated name, as the service sends it (4.1).
std::string chat_set(const phone_user& user, const web_session& s) {
  std::string names = "filehelper,";
  for (std::size_t i = 0; i < user.chatrooms.size(); ++i)
    if (!user.chatrooms[i].gone) names += s.names.of({peer_ref::kind::chatroom, i, 0}) + ",";
  if (auto first = first_friend(user)) names += s.names.of({peer_ref::kind::contact, *first, 0}) + ",";
  return names + "filehelper,";
}

/// One article of each official account (4.1).
json::array subscribed_articles(const world& w, const phone_user& user, const web_session& s) {
  constexpr std::size_t most = 10;
  json::array list;
  for (std::size_t i = 0; i < user.contacts.size() && list.size() < most; ++i) {
    const auto& p = user.contacts[i];
    if (p.kind != person_kind::official || p.deleted) continue;
    json::array articles{json::object{{"Title", w.options.canary + "文章"},
                                      {"Digest", ""},
                                      {"Cover", ""},
                                      {"Url", "https://mp.example.org/s/" + std::to_string(i)}}};
    list.push_back(json::object{
        {"UserName", s.names.of({peer_ref::kind::contact, i, 0})},
        {"MPArticleCount", articles.size()},
        {"MPArticleList", articles},
        {"Time", std::chrono::duration_cast<std::chrono::seconds>(w.now.wall.time_since_epoch()).count()},
        {"NickName", to_wire_text(p.nick)}});
  }
  return list;
}

struct sync_batch {
  json::array messages;
  json::array modified;
  json::array deleted;
  bool profile_changed = false;
};

sync_batch render(world& w, const phone_user& user, const web_session& s,
                  const std::vector<const sync_event*>& events) {
  sync_batch batch;
  for (const auto* e : events) {
    if (const auto* m = std::get_if<message_draft>(e)) {
      batch.messages.push_back(message_object(user, s, *m));
      if (m->ledger_number != 0) w.book.delivered(m->ledger_number);
    } else if (const auto* changed = std::get_if<contact_modified>(e)) {
      batch.modified.push_back(contact_object(user, s, changed->who));
    } else if (const auto* gone = std::get_if<contact_deleted>(e)) {
      batch.deleted.push_back(json::object{{"UserName", s.names.of(gone->who)}, {"ContactFlag", 0}});
    } else {
      batch.profile_changed = true;
    }
  }
  return batch;
}

void add_list(json::object& o, std::string_view name, json::array list) {
  o[std::string{name} + "Count"] = list.size();
  o[std::string{name} + "List"] = std::move(list);
}

bool is_self(const web_session& s, const json::object& body, std::string_view field) {
  return text_of(body, field) == s.names.self();
}

} // namespace

std::optional<answer> serve_webwxinit(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_base_request(c));
  if (ret != 0) return ret_answer(ret);
  const auto& user = *w.user(s->user_id);
  // A later webwxinit of the same session stands after everything: the stored key has to be put back (10).
  auto position = s->initialised ? s->event_count() : 0;
  s->initialised = true;
  w.online.insert(s->user_id);
  auto fields = with_ret(0);
  add_list(fields, "Contact", recent_contacts(user, *s));
  fields["Count"] = fields["ContactList"].get_array().size();
  fields.erase("ContactCount");
  fields["SyncKey"] = make_sync_key(s->key_base(), {position, true}, key_purpose::sync);
  fields["User"] = self_object(user, *s);
  fields["ChatSet"] = chat_set(user, *s);
  fields["SKey"] = s->secrets.skey;
  fields["ClientVersion"] = 654'000'000;
  fields["SystemTime"] =
      std::chrono::duration_cast<std::chrono::seconds>(w.now.wall.time_since_epoch()).count();
  fields["GrayScale"] = 1;
  fields["InviteStartCount"] = invite_start_count;
  add_list(fields, "MPSubscribeMsg", subscribed_articles(w, user, *s));
  fields["ClickReportInterval"] = 600'000;
  return json_text(std::move(fields));
}

std::optional<answer> serve_webwxstatusnotify(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_base_request(c));
  if (ret != 0) return ret_answer(ret);
  const auto* body = c.request.body();
  auto code = body == nullptr ? std::nullopt : integer_of(*body, "Code");
  // The others only come from the service (4.2).
  if (!code || *code < 1 || *code > 3 || !integer_of(*body, "ClientMsgId")) {
    w.violate(violation_kind::bad_body, c, "Code 1, 2 or 3 and ClientMsgId are needed");
    return ret_answer(1);
  }
  if (!is_self(*s, *body, "FromUserName") || !s->names.find(text_of(*body, "ToUserName")) ||
      (*code == 3 && !is_self(*s, *body, "ToUserName"))) {
    w.violate(violation_kind::unknown_user_name, c, "FromUserName must be the account, ToUserName known");
    return ret_answer(1);
  }
  if (*code == 3 && !std::exchange(s->announced, true)) {
    message_draft list;
    list.msg_id = w.next_message_id();
    list.type = 51;
    list.is_conversation_list = true;
    list.created = w.now.wall;
    deliver(w, *s, std::move(list));
  }
  auto fields = with_ret(0);
  fields["MsgID"] = std::to_string(w.next_message_id());
  return json_text(std::move(fields));
}

std::optional<answer> serve_synccheck(world& w, const call& c) {
  const auto& r = c.request;
  credentials said{std::string{r.field("uin")}, std::string{r.field("sid")}, std::string{r.field("skey")},
                   std::string{r.field("deviceid")}, true};
  auto [s, ret] = admit(w, c, said);
  if (ret != 0) return synccheck_answer(ret, 0);
  s->last_check = w.now.steady;
  auto keys = read_sync_check_text(r.field("synckey"));
  if (!keys) {
    w.violate(violation_kind::bad_query, c, "synckey must be key_value pairs joined by |");
    return synccheck_answer(1, 0);
  }
  auto verdict = judge_sync_key(*keys, s->key_base(), key_purpose::check);
  if (verdict.what == key_verdict::kind::foreign || verdict.events > s->event_count()) {
    w.violate(violation_kind::bad_sync_key, c, "these keys were never given to this session");
    return synccheck_answer(ret_invalid_session, 0);
  }
  if (verdict.what == key_verdict::kind::wrong_list)
    w.violate(violation_kind::bad_sync_key, c, "SyncKey where SyncCheckKey belongs");
  // A second long poll takes the place of the first.
  if (s->held_check != 0) w.release(std::exchange(s->held_check, 0), synccheck_answer(0, 0));
  if (verdict.events < s->event_count())
    return synccheck_answer(0, s->has_message_after(verdict.events) ? 2 : 4);
  s->held_check = c.id;
  w.hold(c.id, w.options.hold, [&w, s = s, id = c.id] {
    if (s->held_check == id) s->held_check = 0;
    w.release(id, synccheck_answer(0, 0));
  });
  return std::nullopt;
}

std::optional<answer> serve_webwxsync(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_base_request(c));
  if (ret != 0) return ret_answer(ret);
  const auto& r = c.request;
  if (r.field("sid") != s->secrets.sid || r.field("skey").empty())
    w.violate(violation_kind::bad_query, c, "sid and skey are needed in the query");
  const auto* body = r.body();
  const auto* given = body == nullptr ? nullptr : body->if_contains("SyncKey");
  auto keys = given == nullptr ? std::nullopt : read_sync_key(*given);
  if (!keys || !body->contains("rr")) {
    w.violate(violation_kind::bad_body, c, "SyncKey with Count and List, and rr are needed");
    return ret_answer(1);
  }
  auto verdict = judge_sync_key(*keys, s->key_base(), key_purpose::sync);
  if (verdict.what == key_verdict::kind::foreign || verdict.events > s->event_count()) {
    w.violate(violation_kind::bad_sync_key, c, "these keys were never given to this session");
    return ret_answer(ret_invalid_session);
  }
  if (verdict.what == key_verdict::kind::wrong_list)
    w.violate(violation_kind::bad_sync_key, c, "SyncCheckKey where SyncKey belongs");

  const auto& user = *w.user(s->user_id);
  s->mark_fetched(verdict.events);
  s->synced = true;
  std::uint64_t next = 0;
  auto batch = render(w, user, *s, s->events_after(verdict.events, w.options.sync_batch, next));
  ++s->syncs_since_rotation;
  bool rotates = w.options.rotate_skey_every != 0 && s->syncs_since_rotation >= w.options.rotate_skey_every;
  if (rotates) rotate_keys(w, *s);
  auto fields = with_ret(0);
  add_list(fields, "AddMsg", std::move(batch.messages));
  add_list(fields, "ModContact", std::move(batch.modified));
  add_list(fields, "DelContact", std::move(batch.deleted));
  add_list(fields, "ModChatRoomMember", {});
  fields["Profile"] = batch.profile_changed ? changed_profile(user, *s) : unchanged_profile();
  fields["ContinueFlag"] = next < s->event_count() ? 1 : 0;
  fields["SyncKey"] = make_sync_key(s->key_base(), {next, false}, key_purpose::sync);
  fields["SKey"] = r.field("skey") == s->secrets.skey ? "" : s->secrets.skey;
  fields["SyncCheckKey"] = make_sync_key(s->key_base(), {next, false}, key_purpose::check);
  auto a = json_text(std::move(fields));
  refresh_cookies(a, *s, w.now.wall);
  return a;
}

std::optional<answer> serve_webwxlogout(world& w, const call& c) {
  const auto& r = c.request;
  if (r.field("redirect") != "1" || (r.field("type") != "0" && r.field("type") != "1"))
    w.violate(violation_kind::bad_query, c, "redirect=1 and type=0 or type=1 are needed");
  auto [s, ret] = admit(w, c, from_query_and_cookies(c));
  auto a = plain_status(301);
  a.response.headers.push_back({"Location", "https://" + std::string{c.request.role().entry} + "/"});
  if (ret != 0) return a;
  end_session(w, *s, ret_bad_cookie);
  for (std::string_view name : {"wxuin", "wxsid"})
    set_cookie(a, name, "", s->entry_host, {}, 0s);
  set_cookie(a, "webwx_data_ticket", "", s->entry_host.ends_with(".qq.com") ? ".qq.com" : ".wechat.com", {},
             0s);
  return a;
}

} // namespace weixin::simulator
