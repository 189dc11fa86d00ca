#include "simulator/control_routes.hpp"

#include "simulator/contact_changes.hpp"
#include "simulator/host_roles.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

// Users.

httpd::response list_users(const control_call& c) {
  auto after = query_number(c.request, "after", 0);
  auto limit = std::min<std::uint64_t>(query_number(c.request, "limit", 1'000), 10'000);
  json::array users;
  for (auto id = after + 1; id <= c.service.state().users.size() && users.size() < limit; ++id)
    users.push_back(to_json(*c.service.state().users[id - 1]));
  return ok({{"users", std::move(users)}});
}

httpd::response add_users(const control_call& c) {
  auto count = static_cast<std::size_t>(c.fields.integer("count", 1, 1, 50'000));
  auto shape = read_shape(c.fields);
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  auto first = c.service.state().users.size() + 1;
  if (auto r = c.service.add_users(count, shape, c.now); !r) return refused(r.error());
  for (auto id = first; id < first + count; ++id) {
    auto& user = *c.service.state().user(id);
    if (count == 1) user.nick = c.fields.text("nick", user.nick);
  }
  return ok({{"first", first}, {"last", first + count - 1}}, 201);
}

httpd::response show_user(const control_call& c) {
  const auto* user = user_of(c);
  return user == nullptr ? not_found() : ok(to_detailed_json(*user));
}

httpd::response change_user(const control_call& c) {
  auto* user = user_of(c);
  if (user == nullptr) return not_found();
  auto nick = c.fields.text("nick", user->nick);
  if (nick.empty() || nick.size() > max_name_bytes) c.fields.refuse("nick has 1 to 1024 bytes");
  auto entry = c.fields.text("entry_host", user->entry_host);
  if (role_of(entry).kind != host_kind::entry)
    c.fields.refuse("entry_host must be an entry host of the table");
  auto moved_to = c.fields.text("moved_to", user->moved_to);
  if (!moved_to.empty() && role_of(moved_to).kind != host_kind::entry)
    c.fields.refuse("moved_to must be an entry host of the table");
  auto push = c.fields.text("push_host", user->push_host);
  if (!push.empty() && role_of(push).kind != host_kind::push)
    c.fields.refuse("push_host must be a push host");
  auto policy = login_policy_of(c.fields.text("login_policy", "allowed"));
  if (!policy) c.fields.refuse("login_policy must be allowed, desktop_only or barred");
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  user->entry_host = std::move(entry);
  user->moved_to = std::move(moved_to);
  user->push_host = std::move(push);
  if (c.fields.has("login_policy")) user->policy = *policy;
  if (nick != user->nick) rename_user(c.service.state_at(c.now), *user, std::move(nick));
  return ok(to_json(*user));
}

httpd::response add_friend(const control_call& c) {
  auto nick = c.fields.text("nick", "新朋友");
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  const auto* user = user_of(c);
  if (user == nullptr) return not_found();
  auto id = c.service.add_friend(user->id, std::move(nick), c.now);
  return id ? ok({{"id", *id}}, 201) : refused(id.error());
}

httpd::response change_contact(const control_call& c) {
  auto* user = user_of(c);
  if (user == nullptr) return not_found();
  auto contact = find_contact(*user, c.request.params.at("contact"));
  if (!contact) return refused({errc::invalid_argument, "no such user or contact"});
  auto& who = user->contacts[*contact];
  auto remark = c.fields.text("remark", who.remark);
  auto nick = c.fields.text("nick", who.nick);
  auto province = c.fields.text("province", who.province);
  auto pictures = c.fields.integer("pictures", who.pictures, 0, 1'000);
  if (nick.empty()) c.fields.refuse("nick is not empty");
  for (const auto& text : {remark, nick, province})
    if (text.size() > max_name_bytes) c.fields.refuse("a text has at most 1024 bytes");
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  who.nick = std::move(nick);
  who.province = std::move(province);
  who.pictures = pictures;
  return done(c.service.set_remark(user->id, who.id, std::move(remark), c.now));
}

httpd::response delete_contact(const control_call& c) {
  const auto* user = user_of(c);
  if (user == nullptr) return not_found();
  return done(c.service.delete_contact(user->id, c.request.params.at("contact"), c.now));
}

/// The other side says yes to a friend request of the user.
httpd::response accept_request(const control_call& c) {
  auto* user = user_of(c);
  auto contact = user == nullptr ? std::nullopt : find_contact(*user, c.request.params.at("contact"));
  if (!contact) return not_found();
  if (!user->contacts[*contact].asked)
    return refused({errc::rejected_request, "nobody has asked this person"});
  befriend(c.service.state_at(c.now), *user, *contact);
  return ok({{"id", user->contacts[*contact].id}});
}

// Logins.

httpd::response list_logins(const control_call& c) {
  bool all = c.request.query.contains("all");
  json::array logins;
  c.service.state().logins.for_each([&](const login_code& code) {
    bool pending = code.state == login_state::waiting || code.state == login_state::scanned ||
                   code.state == login_state::confirmed;
    if ((all || pending) && logins.size() < 10'000) logins.push_back(to_json(code));
  });
  return ok({{"logins", std::move(logins)}});
}

httpd::response scan_login(const control_call& c) {
  auto user = static_cast<std::size_t>(c.fields.integer("user", 0, 1, any_number));
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  return done(c.service.scan(c.request.params.at("uuid"), user, c.now));
}

httpd::response confirm_login(const control_call& c) {
  return done(c.service.confirm(c.request.params.at("uuid"), c.now));
}
httpd::response cancel_login(const control_call& c) {
  return done(c.service.cancel(c.request.params.at("uuid"), c.now));
}
httpd::response expire_login(const control_call& c) {
  return done(c.service.expire(c.request.params.at("uuid"), c.now));
}

constexpr control_route routes[] = {
    {"GET", "/v1/users", list_users},
    {"POST", "/v1/users", add_users},
    {"GET", "/v1/users/{user}", show_user},
    {"PATCH", "/v1/users/{user}", change_user},
    {"POST", "/v1/users/{user}/contacts", add_friend},
    {"PATCH", "/v1/users/{user}/contacts/{contact}", change_contact},
    {"DELETE", "/v1/users/{user}/contacts/{contact}", delete_contact},
    {"POST", "/v1/users/{user}/contacts/{contact}/accept", accept_request},
    {"GET", "/v1/logins", list_logins},
    {"POST", "/v1/logins/{uuid}/scan", scan_login},
    {"POST", "/v1/logins/{uuid}/confirm", confirm_login},
    {"POST", "/v1/logins/{uuid}/cancel", cancel_login},
    {"POST", "/v1/logins/{uuid}/expire", expire_login},
};

} // namespace

std::span<const control_route> user_routes() { return routes; }

} // namespace weixin::simulator
