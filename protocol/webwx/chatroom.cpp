#include "protocol/webwx/chatroom.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/request.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace weixin::webwx {

namespace {

constexpr int usual_invite_start_count = 40;
constexpr int has_deleted_us = 4; // MemberStatus
constexpr std::size_t max_topic_bytes = 256;

error wrong(std::string_view why) { return fail(errc::invalid_argument, "chatroom: " + std::string{why}); }

result<void> check_members(const std::vector<std::string>& members, std::size_t least) {
  if (members.size() < least) return wrong("too few members");
  if (members.size() > max_members_per_call) return wrong("too many members");
  // They are put into one list with commas between them.
  for (const auto& m : members)
    if (m.empty() || m.find_first_of(", \t\r\n") != std::string::npos) return wrong("not a UserName");
  return {};
}

result<void> check_group(std::string_view group) {
  if (!is_group_user_name(group)) return wrong("not a group");
  return {};
}

http_request make_update(const session& s, std::string_view fun, std::string_view group,
                         std::string_view field = {}, std::string_view value = {}) {
  auto body = body_with_base_request(s);
  if (!field.empty()) body[field] = value;
  body["ChatRoomName"] = group;
  target t{endpoint::webwxupdatechatroom};
  t.add("fun", fun).add_common(s);
  return make_json_post(s, std::move(t), body);
}

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& n : names) {
    if (!list.empty()) list += ',';
    list += n;
  }
  return list;
}

} // namespace

result<http_request> make_create_chatroom(const session& s, const std::vector<std::string>& members,
                                          std::string_view topic, std::int64_t now_ms) {
  if (auto ok = check_members(members, 2); !ok) return ok.error();
  if (topic.size() > max_topic_bytes) return wrong("topic too long");
  boost::json::array list;
  for (const auto& m : members)
    list.push_back(boost::json::object{{"UserName", m}});
  auto body = body_with_base_request(s);
  body["MemberCount"] = list.size();
  body["MemberList"] = std::move(list);
  body["Topic"] = to_valid_utf8(topic);
  target t{endpoint::webwxcreatechatroom};
  t.add("r", now_ms).add_common(s);
  return make_json_post(s, std::move(t), body);
}

result<created_chatroom> parse_create_chatroom(const http_response& answer) {
  auto opened = json_answer::open(answer, endpoint::webwxcreatechatroom);
  if (!opened) return opened.error();
  created_chatroom room;
  room.user_name = opened->text("ChatRoomName");
  if (!is_group_user_name(room.user_name))
    return answer_error(errc::malformed_answer, opened->what(), "no ChatRoomName");
  auto list = opened->list("MemberList");
  if (!list) return list.error();
  for (auto slice : *list) {
    if (room.refused.size() == max_members_per_call) break;
    auto parsed = parse_json(slice, opened->what());
    const auto* member = parsed ? parsed->if_object() : nullptr;
    if (member == nullptr || int_field(*member, "MemberStatus") != has_deleted_us) continue;
    if (auto name = text_field(*member, "UserName"); !name.empty()) room.refused.push_back(std::move(name));
  }
  return room;
}

join_way way_into_group(std::size_t members, std::size_t new_members, int invite_start_count) noexcept {
  auto start =
      static_cast<std::size_t>(invite_start_count > 0 ? invite_start_count : usual_invite_start_count);
  return members >= start || new_members >= start - members ? join_way::invite : join_way::add;
}

result<http_request> make_add_members(const session& s, std::string_view group,
                                      const std::vector<std::string>& members, join_way how) {
  if (auto ok = check_group(group); !ok) return ok.error();
  if (auto ok = check_members(members, 1); !ok) return ok.error();
  if (how == join_way::invite)
    return make_update(s, "invitemember", group, "InviteMemberList", joined(members));
  return make_update(s, "addmember", group, "AddMemberList", joined(members));
}

result<http_request> make_remove_members(const session& s, std::string_view group,
                                         const std::vector<std::string>& members) {
  if (auto ok = check_group(group); !ok) return ok.error();
  if (auto ok = check_members(members, 1); !ok) return ok.error();
  return make_update(s, "delmember", group, "DelMemberList", joined(members));
}

result<http_request> make_rename_chatroom(const session& s, std::string_view group, std::string_view topic) {
  if (auto ok = check_group(group); !ok) return ok.error();
  if (topic.size() > max_topic_bytes) return wrong("topic too long");
  return make_update(s, "modtopic", group, "NewTopic", to_valid_utf8(topic));
}

result<http_request> make_quit_chatroom(const session& s, std::string_view group) {
  if (auto ok = check_group(group); !ok) return ok.error();
  return make_update(s, "quitchatroom", group);
}

result<std::vector<group_member>> parse_update_chatroom(const http_response& answer) {
  auto opened = json_answer::open(answer, endpoint::webwxupdatechatroom);
  if (!opened) return opened.error();
  auto list = opened->value("MemberList");
  const auto* members = list.if_array();
  return members == nullptr ? std::vector<group_member>{} : read_members(*members);
}

} // namespace weixin::webwx
