#include "simulator/people.hpp"

#include "runtime/random.hpp"

#include <algorithm>
#include <array>

namespace weixin::simulator {
namespace {

constexpr std::array<std::string_view, 12> syllables{"青", "禾", "舟", "岚", "屿", "朵",
                                                     "稻", "澄", "沐", "野", "桐", "砚"};

std::string pick_name(random_generator& random, std::string_view canary, std::size_t number) {
  std::string name{canary};
  for (int i = 0; i < 2; ++i)
    name += syllables[random() % syllables.size()];
  name += std::to_string(number);
  // A few names hold what the wire encodes (weixin-protocol.md 7.3).
  if (number % 7 == 3) name += "\U0001F604";
  if (number % 11 == 5) name += " & <co>";
  return name;
}

std::string wxid(std::size_t user, std::string_view group, std::size_t number) {
  return "wxid_sim" + std::to_string(user) + std::string{group} + std::to_string(number);
}

void add_special(phone_user& user, std::string_view id, std::string_view nick) {
  person p;
  p.id = id;
  p.nick = nick;
  p.kind = person_kind::special;
  user.contacts.push_back(std::move(p));
}

void add_people(phone_user& user, random_generator& random, std::string_view canary, person_kind kind,
                std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    person p;
    p.kind = kind;
    p.sex = static_cast<int>(random() % 3);
    p.nick = pick_name(random, canary, i);
    switch (kind) {
    case person_kind::official:
      p.id = "gh_sim" + std::to_string(user.id) + "o" + std::to_string(i);
      p.nick += "号";
      break;
    case person_kind::former:
      p.id = wxid(user.id, "s", i);
      break;
    default:
      p.id = wxid(user.id, "f", i);
      if (i % 5 == 1) p.remark = std::string{canary} + "备注" + std::to_string(i);
      if (i % 4 == 2) p.alias = "alias_" + std::to_string(user.id) + "_" + std::to_string(i);
      break;
    }
    user.contacts.push_back(std::move(p));
  }
}

void add_chatroom(phone_user& user, random_generator& random, const people_shape& shape,
                  std::string_view canary, std::size_t number) {
  chatroom room;
  room.id = std::to_string(100'000 * user.id + number) + "@chatroom";
  room.topic = std::string{canary} + "群聊" + std::to_string(number);
  // The last one is unsaved: it appears in webwxinit and the 51 message only.
  room.saved = number + 1 < shape.chatrooms || shape.chatrooms == 1;
  member self;
  self.id = user.wxid;
  self.nick = user.nick;
  self.self = true;
  room.members.push_back(std::move(self));
  auto friends = first_friend(user);
  for (std::size_t i = 1; i < shape.members; ++i) {
    member m;
    if (i % 2 == 1 && friends && i / 2 < shape.friends) {
      m.contact = *friends + i / 2;
      m.id = user.contacts[*m.contact].id;
      m.nick = user.contacts[*m.contact].nick;
    } else {
      m.id = wxid(user.id, "m" + std::to_string(number) + "x", i);
      m.nick = pick_name(random, canary, i);
    }
    if (i % 3 == 2) m.display_name = std::string{canary} + "群名片" + std::to_string(i);
    room.members.push_back(std::move(m));
  }
  user.chatrooms.push_back(std::move(room));
}

} // namespace

phone_user make_user(std::size_t id, std::uint64_t seed, const people_shape& shape, std::string_view canary) {
  std::seed_seq mix{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U),
                    static_cast<std::uint32_t>(id)};
  random_generator random{mix};
  phone_user user;
  user.id = id;
  user.uin =
      1'000'000'000 + static_cast<std::int64_t>(id) * 1'001 + static_cast<std::int64_t>(random() % 1'000);
  user.wxid = "wxid_sim" + std::to_string(id);
  user.nick = std::string{canary} + "测试号" + std::to_string(id);
  add_special(user, "filehelper", "文件传输助手");
  add_special(user, "weixin", "微信团队");
  add_special(user, "fmessage", "朋友推荐消息");
  add_people(user, random, canary, person_kind::friendly, shape.friends);
  add_people(user, random, canary, person_kind::official, shape.officials);
  add_people(user, random, canary, person_kind::former, shape.formers);
  add_special(user, "newsapp", "腾讯新闻");
  for (std::size_t i = 0; i < shape.chatrooms; ++i)
    add_chatroom(user, random, shape, canary, i);
  return user;
}

std::optional<std::size_t> find_contact(const phone_user& user, std::string_view id_or_name) {
  for (std::size_t i = 0; i < user.contacts.size(); ++i)
    if (!user.contacts[i].deleted && user.contacts[i].id == id_or_name) return i;
  for (std::size_t i = 0; i < user.contacts.size(); ++i) {
    const auto& p = user.contacts[i];
    if (!p.deleted && !id_or_name.empty() && (p.nick == id_or_name || p.remark == id_or_name)) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> find_chatroom(const phone_user& user, std::string_view id_or_topic) {
  for (std::size_t i = 0; i < user.chatrooms.size(); ++i) {
    const auto& room = user.chatrooms[i];
    if (!room.gone && (room.id == id_or_topic || room.topic == id_or_topic)) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> find_member(const chatroom& room, std::string_view id_or_name) {
  for (std::size_t i = 0; i < room.members.size(); ++i) {
    const auto& m = room.members[i];
    if (!m.gone && (m.id == id_or_name || m.nick == id_or_name)) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> find_member_of(const chatroom& room, std::size_t contact) {
  for (std::size_t i = 0; i < room.members.size(); ++i)
    if (!room.members[i].gone && room.members[i].contact == contact) return i;
  return std::nullopt;
}

std::size_t chatroom::size() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(members.begin(), members.end(), [](const member& m) { return !m.gone; }));
}

std::optional<std::size_t> first_friend(const phone_user& user) {
  auto found = std::find_if(user.contacts.begin(), user.contacts.end(),
                            [](const person& p) { return p.kind == person_kind::friendly && !p.deleted; });
  if (found == user.contacts.end()) return std::nullopt;
  return static_cast<std::size_t>(found - user.contacts.begin());
}

} // namespace weixin::simulator
