#include "simulator/control_routes.hpp"

#include "simulator/contact_changes.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

struct found_chatroom {
  phone_user* user = nullptr;
  std::size_t number = 0;

  chatroom& it() const { return user->chatrooms[number]; }
};

std::optional<found_chatroom> chatroom_of(const control_call& c) {
  auto* user = user_of(c);
  auto number = user == nullptr ? std::nullopt : find_chatroom(*user, c.request.params.at("chatroom"));
  if (!number) return std::nullopt;
  return found_chatroom{user, *number};
}

/// A chatroom that somebody makes on the phone, with these contacts.
httpd::response create(const control_call& c) {
  auto* user = user_of(c);
  if (user == nullptr) return not_found();
  auto topic = c.fields.text("topic", "新群");
  if (topic.size() > max_name_bytes) c.fields.refuse("a topic has at most 1024 bytes");
  std::vector<std::size_t> contacts;
  const auto* value = c.body.if_contains("members");
  const auto* names = value == nullptr ? nullptr : value->if_array();
  if (names == nullptr || names->empty()) c.fields.refuse("members, a list of contacts, is needed");
  for (std::size_t i = 0; names != nullptr && i < names->size(); ++i) {
    const auto* name = (*names)[i].if_string();
    auto contact = name == nullptr ? std::nullopt : find_contact(*user, {name->data(), name->size()});
    if (!contact || std::find(contacts.begin(), contacts.end(), *contact) != contacts.end())
      c.fields.refuse("members must be contacts of the user, each once");
    else
      contacts.push_back(*contact);
  }
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  auto room = create_chatroom(c.service.state_at(c.now), *user, std::move(topic), contacts);
  return room ? ok({{"id", user->chatrooms[*room].id}}, 201) : refused(room.error());
}

httpd::response change(const control_call& c) {
  auto room = chatroom_of(c);
  if (!room) return not_found();
  auto topic = c.fields.text("topic", room->it().topic);
  auto saved = c.fields.flag("saved", room->it().saved);
  auto nameless = c.fields.flag("nameless", room->it().nameless);
  auto owner = c.fields.text("owner");
  auto member = owner.empty() ? room->it().owner : find_member(room->it(), owner);
  if (!member) c.fields.refuse("owner must be a member");
  if (topic.size() > max_name_bytes) c.fields.refuse("a topic has at most 1024 bytes");
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  auto& w = c.service.state_at(c.now);
  room->it().owner = *member;
  if (topic != room->it().topic) rename_chatroom(w, *room->user, room->number, std::move(topic));
  bool tells = std::exchange(room->it().nameless, nameless) != nameless || !owner.empty();
  if (saved != room->it().saved || tells) save_chatroom(w, *room->user, room->number, saved);
  return ok({});
}

/// The account is removed from it.
httpd::response leave(const control_call& c) {
  auto room = chatroom_of(c);
  if (!room) return not_found();
  leave_chatroom(c.service.state_at(c.now), *room->user, room->number);
  return ok({});
}

/// Somebody joins: a contact, also one who was invited, or a person nobody knows.
httpd::response join(const control_call& c) {
  auto room = chatroom_of(c);
  if (!room) return not_found();
  auto name = c.fields.text("contact");
  auto nick = c.fields.text("nick", "群友");
  if (nick.size() > max_name_bytes) c.fields.refuse("a nick has at most 1024 bytes");
  if (auto v = c.fields.verdict(); !v) return refused(v.error());
  auto& w = c.service.state_at(c.now);
  if (name.empty()) {
    auto id = add_unknown_member(w, *room->user, room->number, std::move(nick));
    return id ? ok({{"id", *id}}, 201) : refused(id.error());
  }
  auto contact = find_contact(*room->user, name);
  if (!contact) return refused({errc::invalid_argument, "contact must be one of the user"});
  auto added = add_member(w, *room->user, room->number, *contact);
  return added ? ok({{"id", room->user->contacts[*contact].id}}, 201) : refused(added.error());
}

httpd::response remove(const control_call& c) {
  auto room = chatroom_of(c);
  auto member = room ? find_member(room->it(), c.request.params.at("member")) : std::nullopt;
  if (!member) return not_found();
  if (room->it().members[*member].self || *member == room->it().owner)
    return refused({errc::invalid_argument, "neither the account nor the owner"});
  remove_member(c.service.state_at(c.now), *room->user, room->number, *member);
  return ok({});
}

constexpr control_route routes[] = {
    {"POST", "/v1/users/{user}/chatrooms", create},
    {"PATCH", "/v1/users/{user}/chatrooms/{chatroom}", change},
    {"DELETE", "/v1/users/{user}/chatrooms/{chatroom}", leave},
    {"POST", "/v1/users/{user}/chatrooms/{chatroom}/members", join},
    {"DELETE", "/v1/users/{user}/chatrooms/{chatroom}/members/{member}", remove},
};

} // namespace

std::span<const control_route> chatroom_routes() { return routes; }

} // namespace weixin::simulator
