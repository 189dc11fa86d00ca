#include "simulator/contact_changes.hpp"
#include "simulator/endpoints.hpp"
#include "simulator/operation_limit.hpp"
#include "simulator/sessions.hpp"
#include "simulator/wire_formats.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

constexpr int ret_parameter = 1;
constexpr int ret_failed = -1;
constexpr int ret_logic = -2;
constexpr std::size_t max_listed = 500;

/// The contacts that are named: friends of the account, each once. Nothing, and a violation, when one is not.
std::optional<std::vector<std::size_t>> read_friends(world& w, const call& c, const web_session& s,
                                                     const std::vector<std::string>& names) {
  const auto& user = *w.user(s.user_id);
  std::vector<std::size_t> contacts;
  for (const auto& name : names) {
    auto who = s.names.find(name);
    if (!who || who->what != peer_ref::kind::contact) {
      w.violate(violation_kind::unknown_user_name, c, "members must be friends of this session");
      return std::nullopt;
    }
    auto kind = user.contacts[who->index].kind;
    bool friendly = kind == person_kind::friendly || kind == person_kind::former;
    if (!friendly || user.contacts[who->index].deleted ||
        std::find(contacts.begin(), contacts.end(), who->index) != contacts.end()) {
      w.violate(violation_kind::bad_body, c, "members must be friends, each once");
      return std::nullopt;
    }
    contacts.push_back(who->index);
  }
  return contacts;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty() && names.size() <= max_listed) {
    auto end = std::min(list.find(','), list.size());
    names.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(list.size(), end + 1));
  }
  return names;
}

answer with_members(const phone_user& user, const web_session& s, std::size_t room,
                    const std::vector<std::size_t>& contacts) {
  json::array list;
  for (auto contact : contacts)
    if (auto member = find_member_of(user.chatrooms[room], contact))
      list.push_back(member_object(user, s, {peer_ref::kind::member, room, *member}));
  auto fields = with_ret(0);
  fields["MemberCount"] = list.size();
  fields["MemberList"] = std::move(list);
  return json_text(std::move(fields));
}

/// What the functions of webwxupdatechatroom work with.
struct change {
  world& w;
  const call& c;
  web_session& s;
  phone_user& user;
  std::size_t room;

  chatroom& it() const { return user.chatrooms[room]; }
  std::string field(std::string_view name) const { return text_of(*c.request.body(), name); }
  answer refuse(violation_kind kind, std::string detail, int ret = ret_parameter) const {
    w.violate(kind, c, std::move(detail));
    return ret_answer(ret);
  }
};

answer add_members(const change& m) {
  auto names = split(m.field("AddMemberList"));
  if (names.empty() || names.size() > max_listed)
    return m.refuse(violation_kind::bad_body, "AddMemberList is needed");
  auto contacts = read_friends(m.w, m.c, m.s, names);
  if (!contacts) return ret_answer(ret_parameter);
  // From this size on people have to be invited (5.7).
  if (m.it().size() >= invite_start_count)
    return m.refuse(violation_kind::too_many, "from 40 members on invitemember is needed", ret_logic);
  for (auto contact : *contacts)
    if (find_member_of(m.it(), contact)) return m.refuse(violation_kind::bad_body, "is a member already");
  for (auto contact : *contacts)
    if (!add_member(m.w, m.user, m.room, contact)) return ret_answer(ret_failed);
  for (auto contact : *contacts)
    tell_notice(m.w, m.user, {peer_ref::kind::chatroom, m.room, 0},
                "你邀请\"" + m.user.contacts[contact].nick + "\"加入了群聊");
  return with_members(m.user, m.s, m.room, *contacts);
}

answer invite_members(const change& m) {
  auto names = split(m.field("InviteMemberList"));
  if (names.empty() || names.size() > max_listed)
    return m.refuse(violation_kind::bad_body, "InviteMemberList is needed");
  auto contacts = read_friends(m.w, m.c, m.s, names);
  if (!contacts) return ret_answer(ret_parameter);
  auto& invited = m.it().invited;
  for (auto contact : *contacts) {
    if (find_member_of(m.it(), contact)) return m.refuse(violation_kind::bad_body, "is a member already");
    const auto& id = m.user.contacts[contact].id;
    if (std::find(invited.begin(), invited.end(), id) == invited.end() && invited.size() < max_members)
      invited.push_back(id);
  }
  // They are members when they have accepted on their phones.
  return with_members(m.user, m.s, m.room, {});
}

std::optional<std::size_t> chatroom_named(const phone_user& user, const web_session& s,
                                          std::string_view name) {
  for (std::size_t i = 0; i < user.chatrooms.size(); ++i)
    if (!user.chatrooms[i].gone && s.names.of({peer_ref::kind::chatroom, i, 0}) == name) return i;
  return std::nullopt;
}

std::optional<std::size_t> member_named(const change& m, std::string_view name) {
  for (std::size_t i = 0; i < m.it().members.size(); ++i)
    if (!m.it().members[i].gone && m.s.names.of({peer_ref::kind::member, m.room, i}) == name) return i;
  return std::nullopt;
}

answer delete_members(const change& m) {
  auto names = split(m.field("DelMemberList"));
  if (names.empty() || names.size() > max_listed)
    return m.refuse(violation_kind::bad_body, "DelMemberList is needed");
  std::vector<std::size_t> members;
  for (const auto& name : names) {
    auto member = member_named(m, name);
    if (!member || m.it().members[*member].self)
      return m.refuse(violation_kind::unknown_user_name, "no other member of this chatroom");
    members.push_back(*member);
  }
  if (!m.it().members[m.it().owner].self) return ret_answer(ret_logic);
  if (!m.w.options.dead_operations)
    for (auto member : members) {
      tell_notice(m.w, m.user, {peer_ref::kind::chatroom, m.room, 0},
                  "你将\"" + m.it().members[member].nick + "\"移出了群聊");
      remove_member(m.w, m.user, m.room, member);
    }
  return with_members(m.user, m.s, m.room, {});
}

answer change_topic(const change& m) {
  auto topic = m.field("NewTopic");
  if (topic.empty() || topic.size() > max_name_bytes)
    return m.refuse(violation_kind::bad_body, "NewTopic is needed");
  if (!m.w.options.dead_operations) {
    tell_notice(m.w, m.user, {peer_ref::kind::chatroom, m.room, 0}, "你修改群名为“" + topic + "”");
    rename_chatroom(m.w, m.user, m.room, std::move(topic));
  }
  return with_members(m.user, m.s, m.room, {});
}

answer quit(const change& m) {
  leave_chatroom(m.w, m.user, m.room);
  return with_members(m.user, m.s, m.room, {});
}

} // namespace

std::optional<answer> serve_webwxcreatechatroom(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_base_request(c));
  if (ret != 0) return ret_answer(ret);
  const auto* body = c.request.body();
  const auto* value = body == nullptr ? nullptr : body->if_contains("MemberList");
  const auto* list = value == nullptr ? nullptr : value->if_array();
  if (list == nullptr || list->size() < 2 || list->size() > max_listed || !body->contains("Topic") ||
      integer_of(*body, "MemberCount") != static_cast<std::int64_t>(list->size())) {
    w.violate(violation_kind::bad_body, c,
              "Topic, MemberCount and a MemberList of at least two others are needed");
    return ret_answer(ret_parameter);
  }
  std::vector<std::string> names;
  for (const auto& item : *list)
    names.push_back(item.is_object() ? text_of(item.get_object(), "UserName") : std::string{});
  auto contacts = read_friends(w, c, *s, names);
  if (!contacts) return ret_answer(ret_parameter);
  auto topic = text_of(*body, "Topic");
  if (topic.size() > max_name_bytes) {
    w.violate(violation_kind::too_many, c, "a topic is not so long");
    return ret_answer(ret_parameter);
  }
  if (is_over_operation_limit(w, *s)) return ret_answer(ret_too_frequent, words_too_frequent);
  auto& user = *w.user(s->user_id);
  auto room = create_chatroom(w, user, std::move(topic), *contacts);
  if (!room) return ret_answer(ret_failed);
  auto a = with_ret(0);
  json::array members;
  for (auto contact : *contacts)
    members.push_back(member_object(
        user, *s, {peer_ref::kind::member, *room, *find_member_of(user.chatrooms[*room], contact)}));
  a["Topic"] = "";
  a["PYInitial"] = "";
  a["QuanPin"] = "";
  a["MemberCount"] = members.size();
  a["MemberList"] = std::move(members);
  a["ChatRoomName"] = s->names.of({peer_ref::kind::chatroom, *room, 0});
  a["BlackList"] = "";
  return json_text(std::move(a));
}

std::optional<answer> serve_webwxupdatechatroom(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_base_request(c));
  if (ret != 0) return ret_answer(ret);
  const auto* body = c.request.body();
  auto& user = *w.user(s->user_id);
  auto room = chatroom_named(user, *s, body == nullptr ? std::string{} : text_of(*body, "ChatRoomName"));
  if (!room) {
    w.violate(violation_kind::unknown_user_name, c, "ChatRoomName is no chatroom of this session");
    return ret_answer(ret_parameter);
  }
  change m{w, c, *s, user, *room};
  auto fun = c.request.field("fun");
  if (fun == "addmember") return add_members(m);
  if (fun == "invitemember") return invite_members(m);
  if (fun == "delmember") return delete_members(m);
  if (fun == "modtopic") return change_topic(m);
  if (fun == "quitchatroom") return quit(m);
  w.violate(violation_kind::bad_query, c, "fun must be one of the five");
  return ret_answer(ret_parameter);
}

} // namespace weixin::simulator
