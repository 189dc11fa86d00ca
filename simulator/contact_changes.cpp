#include "simulator/contact_changes.hpp"

#include "simulator/sessions.hpp"

#include <algorithm>
#include <utility>

namespace weixin::simulator {
namespace {

web_session* living_session(phone_user& user) {
  return user.session && !user.session->ended ? user.session.get() : nullptr;
}

void tell(world& w, phone_user& user, sync_event e) {
  if (auto* s = living_session(user)) deliver(w, *s, std::move(e));
}

void tell_contact(world& w, phone_user& user, std::size_t contact) {
  tell(w, user, contact_modified{{peer_ref::kind::contact, contact, 0}});
}

void tell_chatroom(world& w, phone_user& user, std::size_t room) {
  tell(w, user, contact_modified{{peer_ref::kind::chatroom, room, 0}});
}

std::size_t append(world& w, phone_user& user, person p, std::string name = {}) {
  user.contacts.push_back(std::move(p));
  // An ended session keeps its names too: its successor draws new ones.
  if (user.session) user.session->names.add_contact(user.contacts.back(), w.secrets, std::move(name));
  return user.contacts.size() - 1;
}

std::string next_id(const phone_user& user) {
  return "wxid_sim" + std::to_string(user.id) + "n" + std::to_string(user.contacts.size());
}

result<void> append(world& w, phone_user& user, std::size_t room, member m) {
  auto& members = user.chatrooms.at(room).members;
  if (members.size() >= max_members) return fail(errc::queue_full, "the chatroom is full");
  members.push_back(std::move(m));
  if (user.session) user.session->names.add_member(room, members.back(), w.secrets);
  return {};
}

} // namespace

void set_remark(world& w, phone_user& user, std::size_t contact, std::string remark) {
  user.contacts.at(contact).remark = std::move(remark);
  tell_contact(w, user, contact);
}

void set_pinned(world& w, phone_user& user, const peer_ref& who, bool pinned) {
  if (who.what == peer_ref::kind::chatroom)
    user.chatrooms.at(who.index).pinned = pinned;
  else
    user.contacts.at(who.index).pinned = pinned;
  tell(w, user, contact_modified{who});
}

std::string add_friend(world& w, phone_user& user, std::string nick) {
  person p;
  p.id = next_id(user);
  p.nick = std::move(nick);
  auto number = append(w, user, std::move(p));
  tell_contact(w, user, number);
  return user.contacts[number].id;
}

result<std::size_t> add_stranger(world& w, phone_user& user, std::string nick) {
  if (user.contacts.size() >= max_contacts) return fail(errc::queue_full, "too many contacts");
  person p;
  p.id = next_id(user);
  p.nick = std::move(nick);
  p.kind = person_kind::stranger;
  return append(w, user, std::move(p));
}

result<std::size_t> contact_of_member(world& w, phone_user& user, std::size_t room, std::size_t number) {
  auto& m = user.chatrooms.at(room).members.at(number);
  if (m.contact) return *m.contact;
  if (user.contacts.size() >= max_contacts) return fail(errc::queue_full, "too many contacts");
  person p;
  p.id = m.id;
  p.nick = m.nick;
  p.kind = person_kind::stranger;
  std::string name =
      user.session ? user.session->names.of({peer_ref::kind::member, room, number}) : std::string{};
  auto contact = append(w, user, std::move(p), std::move(name));
  m.contact = contact;
  return contact;
}

void befriend(world& w, phone_user& user, std::size_t contact) {
  auto& p = user.contacts.at(contact);
  p.kind = person_kind::friendly;
  p.deleted = false;
  p.asked = false;
  p.verify_ticket.clear();
  tell_contact(w, user, contact);
  tell_notice(w, user, {peer_ref::kind::contact, contact, 0},
              "你已添加了" + p.nick + "，现在可以开始聊天了。");
}

void delete_contact(world& w, phone_user& user, std::size_t contact) {
  user.contacts.at(contact).deleted = true;
  tell(w, user, contact_deleted{{peer_ref::kind::contact, contact, 0}});
}

void rename_user(world& w, phone_user& user, std::string nick) {
  user.nick = std::move(nick);
  tell(w, user, profile_changed{});
}

result<std::size_t> create_chatroom(world& w, phone_user& user, std::string topic,
                                    const std::vector<std::size_t>& contacts) {
  if (user.chatrooms.size() >= max_chatrooms || contacts.size() >= max_members)
    return fail(errc::queue_full, "too many chatrooms or members");
  chatroom room;
  room.id = std::to_string(100'000 * user.id + user.chatrooms.size()) + "@chatroom";
  room.topic = std::move(topic);
  room.saved = false;
  member self;
  self.id = user.wxid;
  self.nick = user.nick;
  self.self = true;
  room.members.push_back(std::move(self));
  for (auto contact : contacts) {
    member m;
    m.id = user.contacts.at(contact).id;
    m.nick = user.contacts[contact].nick;
    m.contact = contact;
    room.members.push_back(std::move(m));
  }
  user.chatrooms.push_back(std::move(room));
  if (user.session) user.session->names.add_chatroom(user.chatrooms.back(), w.secrets);
  auto number = user.chatrooms.size() - 1;
  tell_chatroom(w, user, number);
  return number;
}

result<void> add_member(world& w, phone_user& user, std::size_t room, std::size_t contact) {
  auto& r = user.chatrooms.at(room);
  if (find_member_of(r, contact)) return fail(errc::rejected_request, "is a member already");
  const auto& p = user.contacts.at(contact);
  member m;
  m.id = p.id;
  m.nick = p.nick;
  m.contact = contact;
  if (auto added = append(w, user, room, std::move(m)); !added) return added;
  std::erase(r.invited, p.id);
  tell_chatroom(w, user, room);
  return {};
}

result<std::string> add_unknown_member(world& w, phone_user& user, std::size_t room, std::string nick) {
  member m;
  m.id = "wxid_sim" + std::to_string(user.id) + "c" + std::to_string(room) + "x" +
         std::to_string(user.chatrooms.at(room).members.size());
  m.nick = std::move(nick);
  auto id = m.id;
  if (auto added = append(w, user, room, std::move(m)); !added) return added.error();
  tell_chatroom(w, user, room);
  return id;
}

void remove_member(world& w, phone_user& user, std::size_t room, std::size_t number) {
  user.chatrooms.at(room).members.at(number).gone = true;
  tell_chatroom(w, user, room);
}

void rename_chatroom(world& w, phone_user& user, std::size_t room, std::string topic) {
  user.chatrooms.at(room).topic = std::move(topic);
  tell_chatroom(w, user, room);
}

void save_chatroom(world& w, phone_user& user, std::size_t room, bool saved) {
  user.chatrooms.at(room).saved = saved;
  tell_chatroom(w, user, room);
}

void leave_chatroom(world& w, phone_user& user, std::size_t room) {
  user.chatrooms.at(room).gone = true;
  tell(w, user, contact_deleted{{peer_ref::kind::chatroom, room, 0}});
}

void tell_notice(world& w, phone_user& user, const peer_ref& peer, std::string text) {
  message_draft m;
  m.msg_id = w.next_message_id();
  m.from = peer;
  m.type = 10'000;
  m.text = std::move(text);
  m.created = w.now.wall;
  tell(w, user, std::move(m));
}

} // namespace weixin::simulator
