#include "simulator/contact_changes.hpp"
#include "simulator/endpoints.hpp"
#include "simulator/operation_limit.hpp"
#include "simulator/sessions.hpp"
#include "simulator/wire_formats.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

constexpr int ret_parameter = 1;
constexpr int ret_failed = -1;
constexpr int ret_ticket = -14;

/// What webwxverifyuser is asked to do (weixin-protocol.md 5.5).
enum opcode : std::int64_t {
  add = 1,
  request = 2,
  accept = 3,
  reject = 4,
  sender_reply = 5,
  receiver_reply = 6
};

const json::array* list_of(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains({name.data(), name.size()});
  return value == nullptr ? nullptr : value->if_array();
}

struct verification {
  std::int64_t what = 0;
  std::string user_name;
  std::string ticket;
  std::string words;
};

std::optional<verification> read_verification(const call& c) {
  const auto* body = c.request.body();
  if (body == nullptr) return std::nullopt;
  const auto* users = list_of(*body, "VerifyUserList");
  const auto* scenes = list_of(*body, "SceneList");
  auto what = integer_of(*body, "Opcode");
  bool counted = users != nullptr && scenes != nullptr && users->size() == 1 && users->front().is_object() &&
                 integer_of(*body, "VerifyUserListSize") == 1 && scenes->size() == 1 &&
                 scenes->front().is_int64() && integer_of(*body, "SceneListCount") == 1;
  if (!counted || !what || *what < add || *what > receiver_reply || !body->contains("VerifyContent") ||
      text_of(*body, "skey") != c.request.base().skey)
    return std::nullopt;
  const auto& one = users->front().get_object();
  return verification{*what, text_of(one, "Value"), text_of(one, "VerifyUserTicket"),
                      text_of(*body, "VerifyContent")};
}

void record(world& w, const phone_user& user, const person& p, const verification& v) {
  w.friend_requests.add(
      friend_request{user.id, p.id, p.nick, clip_words(v.words), static_cast<int>(v.what), w.now.wall});
}

int answer_request(world& w, const call& c, phone_user& user, std::size_t contact, const verification& v) {
  auto& p = user.contacts[contact];
  if (p.verify_ticket.empty() || v.ticket != p.verify_ticket) {
    w.violate(violation_kind::bad_body, c, "VerifyUserTicket must be that of the friend request");
    return ret_ticket;
  }
  if (v.what == accept) {
    befriend(w, user, contact);
  } else if (v.what == reject) {
    p.verify_ticket.clear();
  } else {
    // Words alone settle nothing.
    if (v.words.empty()) {
      w.violate(violation_kind::bad_body, c, "a reply needs VerifyContent");
      return ret_parameter;
    }
    record(w, user, p, v);
  }
  return 0;
}

int ask(world& w, const call& c, phone_user& user, peer_ref who, const verification& v) {
  if (who.what == peer_ref::kind::member) {
    auto contact = contact_of_member(w, user, who.index, who.member);
    if (!contact) return ret_failed;
    who = {peer_ref::kind::contact, *contact, 0};
  }
  auto& p = user.contacts[who.index];
  if (p.kind != person_kind::stranger && p.kind != person_kind::former && !p.deleted) {
    w.violate(violation_kind::bad_body, c, "is a friend already");
    return ret_parameter;
  }
  record(w, user, p, v);
  p.asked = true;
  if (v.what == add && !w.options.dead_operations) befriend(w, user, who.index);
  return 0;
}

} // namespace

std::optional<answer> serve_webwxverifyuser(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_base_request(c));
  if (ret != 0) return ret_answer(ret);
  auto v = read_verification(c);
  if (!v) {
    w.violate(violation_kind::bad_body, c,
              "one VerifyUserList and one SceneList entry, Opcode 1 to 6, VerifyContent "
              "and skey are needed");
    return ret_answer(ret_parameter);
  }
  auto who = s->names.find(v->user_name);
  if (!who || (who->what != peer_ref::kind::contact && who->what != peer_ref::kind::member)) {
    w.violate(violation_kind::unknown_user_name, c, "Value must be a person of this session");
    return ret_answer(ret_parameter);
  }
  if (is_over_operation_limit(w, *s)) return ret_answer(ret_too_frequent, words_too_frequent);
  auto& user = *w.user(s->user_id);
  if (v->what == add || v->what == request) return ret_answer(ask(w, c, user, *who, *v));
  if (who->what != peer_ref::kind::contact) {
    w.violate(violation_kind::bad_body, c, "this person has sent no friend request");
    return ret_answer(ret_parameter);
  }
  return ret_answer(answer_request(w, c, user, who->index, *v));
}

std::optional<answer> serve_webwxsearchcontact(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_base_request(c));
  if (ret != 0) return ret_answer(ret);
  const auto* body = c.request.body();
  auto word = body == nullptr ? std::string{} : text_of(*body, "KeyWord");
  if (word.empty()) {
    w.violate(violation_kind::bad_body, c, "KeyWord is needed");
    return ret_answer(ret_parameter);
  }
  constexpr std::size_t most = 50;
  const auto& user = *w.user(s->user_id);
  json::array found;
  for (std::size_t i = 0; i < user.contacts.size() && found.size() < most; ++i) {
    const auto& p = user.contacts[i];
    bool matches =
        p.nick.find(word) != std::string::npos || p.remark.find(word) != std::string::npos || p.alias == word;
    if (matches && !p.deleted && p.kind != person_kind::stranger)
      found.push_back(contact_object(user, *s, {peer_ref::kind::contact, i, 0}));
  }
  auto fields = with_ret(0);
  fields["Count"] = found.size();
  fields["List"] = std::move(found);
  return json_text(std::move(fields));
}

std::optional<answer> serve_webwxoplog(world& w, const call& c) {
  constexpr std::int64_t remark = 2;
  constexpr std::int64_t pin = 3;
  auto [s, ret] = admit(w, c, from_base_request(c));
  if (ret != 0) return ret_answer(ret);
  const auto* body = c.request.body();
  auto command = body == nullptr ? std::nullopt : integer_of(*body, "CmdId");
  auto op = body == nullptr ? std::nullopt : integer_of(*body, "OP");
  if (!command || (*command != remark && *command != pin) || (*command == pin && op != 0 && op != 1) ||
      (*command == remark && !body->contains("RemarkName"))) {
    w.violate(violation_kind::bad_body, c, "CmdId 2 with RemarkName, or CmdId 3 with OP 0 or 1, is needed");
    return ret_answer(ret_parameter);
  }
  auto who = s->names.find(text_of(*body, "UserName"));
  if (!who || (who->what != peer_ref::kind::contact && who->what != peer_ref::kind::chatroom)) {
    w.violate(violation_kind::unknown_user_name, c, "no contact of this session");
    return ret_answer(ret_parameter);
  }
  auto& user = *w.user(s->user_id);
  bool contact = who->what == peer_ref::kind::contact;
  if (*command == remark && (!contact || user.contacts[who->index].kind == person_kind::stranger)) {
    w.violate(violation_kind::bad_body, c, "only friends can have a remark");
    return ret_answer(ret_parameter);
  }
  auto name = text_of(*body, "RemarkName");
  if (name.size() > max_name_bytes) {
    w.violate(violation_kind::too_many, c, "a remark is not so long");
    return ret_answer(ret_parameter);
  }
  if (w.options.dead_operations) return ret_answer(0);
  // Leaving the remark out of a pin erases it (5.4).
  if (contact && (*command == remark || user.contacts[who->index].remark != name))
    set_remark(w, user, who->index, std::move(name));
  if (*command == pin) set_pinned(w, user, *who, op == 1);
  return ret_answer(0);
}

} // namespace weixin::simulator
