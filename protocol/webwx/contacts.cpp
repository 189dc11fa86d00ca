#include "protocol/webwx/contacts.hpp"

#include "protocol/webwx/contact_json.hpp"
#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/request.hpp"
#include "protocol/webwx/text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>

namespace weixin::webwx {

namespace {

constexpr auto special_user_names = std::to_array<std::string_view>({
    "filehelper",
    "newsapp",
    "fmessage",
    "weibo",
    "qqmail",
    "tmessage",
    "qmessage",
    "qqsync",
    "floatbottle",
    "lbsapp",
    "shakeapp",
    "medianote",
    "qqfriend",
    "readerapp",
    "blogapp",
    "facebookapp",
    "masssendapp",
    "meishiapp",
    "feedsapp",
    "voip",
    "blogappweixin",
    "weixin",
    "weixinreminder",
    "brandsessionholder",
    "officialaccounts",
    "wxitil",
    "notification_messages",
    "userexperience_alarm",
    "gh_22b87fa7cb3c",
    "wxid_novlwrv3lqwv11",
});

constexpr int brand = 8; // a bit of VerifyFlag

/// How many members stand for a group without a name.
constexpr std::size_t members_in_name = 3;

std::string name_field(const boost::json::object& object, std::string_view key) {
  return decode_name(text_field(object, key));
}

/// One key a line; a line break within one would begin another.
std::string read_pinyin(const boost::json::object& o) {
  std::string keys;
  for (auto field : {"RemarkPYQuanPin", "RemarkPYInitial", "PYQuanPin", "PYInitial"}) {
    const auto* value = o.if_contains(field);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    if (text == nullptr || text->empty()) continue;
    if (!keys.empty()) keys += '\n';
    keys.append(text->data(), text->size());
  }
  return keys;
}

} // namespace

std::vector<group_member> read_members(const boost::json::array& list) {
  std::vector<group_member> members;
  for (const auto& item : list) {
    if (members.size() == contact::max_members) break;
    const auto* object = item.if_object();
    if (object == nullptr) continue;
    group_member m{text_field(*object, "UserName"), name_field(*object, "NickName"),
                   name_field(*object, "DisplayName")};
    if (!m.user_name.empty()) members.push_back(std::move(m));
  }
  members.shrink_to_fit();
  return members;
}

std::string_view to_string(contact_kind kind) noexcept {
  constexpr auto names =
      std::to_array<std::string_view>({"self", "group", "special", "official", "friend", "stranger"});
  return names[static_cast<std::size_t>(kind)];
}

bool is_group_user_name(std::string_view user_name) noexcept {
  return user_name.starts_with("@@") || user_name.ends_with("@chatroom");
}

contact_kind classify_contact(std::string_view user_name, std::string_view self, int verify_flag,
                              int flags) noexcept {
  if (!self.empty() && user_name == self) return contact_kind::self;
  if (is_group_user_name(user_name)) return contact_kind::group;
  if (user_name.ends_with("@qqim") ||
      std::find(special_user_names.begin(), special_user_names.end(), user_name) != special_user_names.end())
    return contact_kind::special;
  if ((verify_flag & brand) != 0) return contact_kind::official;
  bool is_friend = user_name.starts_with('@') && (flags & contact_flag::in_address_book) != 0;
  return is_friend ? contact_kind::friend_ : contact_kind::stranger;
}

bool is_hidden_user_name(std::string_view user_name) noexcept {
  constexpr auto shielded = std::to_array<std::string_view>(
      {"newsapp", "notification_messages", "wxid_novlwrv3lqwv11", "gh_22b87fa7cb3c"});
  return user_name.ends_with("@lbsroom") || user_name.ends_with("@talkroom") ||
         std::find(shielded.begin(), shielded.end(), user_name) != shielded.end();
}

const std::string& chat_room_id_of(const contact& group) noexcept {
  return group.encry_chat_room_id.empty() ? group.user_name : group.encry_chat_room_id;
}

std::int64_t avatar_seq_of(std::string_view head_img_url) noexcept {
  for (std::string_view before : {"?seq=", "&seq="}) {
    auto at = head_img_url.find(before);
    if (at == std::string_view::npos) continue;
    auto digits = head_img_url.substr(at + before.size());
    auto seq = to_int64(digits.substr(0, digits.find('&'))).value_or(0);
    return seq > 0 ? seq : 0;
  }
  return 0;
}

std::string display_name(const contact& c) {
  if (!c.remark_name.empty()) return c.remark_name;
  if (!c.nick_name.empty()) return c.nick_name;
  std::string names;
  std::size_t shown = 0;
  for (const auto& m : c.members) {
    const auto& name = m.display_name.empty() ? m.nick_name : m.display_name;
    if (name.empty()) continue;
    if (shown++ == members_in_name) break;
    if (!names.empty()) names += "、";
    names += name;
  }
  return names.empty() ? std::string{to_string(c.kind)} : names;
}

result<contact> read_contact(const boost::json::object& o, std::string_view self) {
  contact c;
  c.user_name = text_field(o, "UserName");
  if (c.user_name.empty()) return answer_error(errc::malformed_answer, "a contact without UserName");
  c.nick_name = name_field(o, "NickName");
  c.remark_name = name_field(o, "RemarkName");
  c.alias = text_field(o, "Alias");
  c.province = name_field(o, "Province");
  c.city = name_field(o, "City");
  c.sex = int_field(o, "Sex").value_or(0);
  c.attr_status = flags_field(o, "AttrStatus");
  c.flags = flags_field(o, "ContactFlag");
  c.kind = classify_contact(c.user_name, self, flags_field(o, "VerifyFlag"), c.flags);
  c.pinyin = read_pinyin(o);
  if (c.kind == contact_kind::group) {
    c.encry_chat_room_id = text_field(o, "EncryChatRoomId");
    c.owner_user_name = text_field(o, "ChatRoomOwner");
  }
  if (const auto* url = o.if_contains("HeadImgUrl"); url != nullptr && url->is_string())
    c.avatar_seq = avatar_seq_of({url->get_string().data(), url->get_string().size()});
  const auto* members = c.kind == contact_kind::group ? array_field(o, "MemberList") : nullptr;
  if (members != nullptr) c.members = read_members(*members);
  return c;
}

http_request make_get_contact(const session& s, std::int64_t seq, std::int64_t now_ms) {
  target t{endpoint::webwxgetcontact};
  t.add("lang", "zh_CN").add("pass_ticket", s.pass_ticket.reveal()).add("r", now_ms).add("seq", seq);
  t.add("skey", s.skey.reveal());
  return make_get(s.host.entry, std::move(t), s);
}

result<contact_page> parse_get_contact(const http_response& answer) {
  auto opened = json_answer::open(answer, endpoint::webwxgetcontact);
  if (!opened) return opened.error();
  auto list = read_contacts(*opened, "MemberList");
  if (!list) return list.error();
  return contact_page{std::move(list->contacts), opened->number("Seq").value_or(0), list->set_aside};
}

http_request make_batch_get_contact(const session& s, const std::vector<batch_item>& items,
                                    std::int64_t now_ms) {
  boost::json::array list;
  for (const auto& item : items) {
    if (list.size() == max_batch_items) break;
    list.push_back({{"UserName", item.user_name}, {"EncryChatRoomId", item.encry_chat_room_id}});
  }
  auto body = body_with_base_request(s);
  body["Count"] = list.size();
  body["List"] = std::move(list);
  target t{endpoint::webwxbatchgetcontact};
  t.add("type", "ex").add("r", now_ms).add("lang", "zh_CN").add("pass_ticket", s.pass_ticket.reveal());
  return make_json_post(s, std::move(t), body);
}

result<contact_list> parse_batch_get_contact(const http_response& answer) {
  auto opened = json_answer::open(answer, endpoint::webwxbatchgetcontact);
  if (!opened) return opened.error();
  return read_contacts(*opened, "ContactList");
}

} // namespace weixin::webwx
