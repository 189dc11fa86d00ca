#include "simulator/endpoints.hpp"
#include "simulator/sessions.hpp"
#include "simulator/wire_formats.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

constexpr std::size_t max_batch = 50;

/// What webwxgetcontact lists, in its order: the account, its contacts, the saved chatrooms (4.3).
std::vector<peer_ref> address_book(const phone_user& user) {
  std::vector<peer_ref> all{{peer_ref::kind::self, 0, 0}};
  for (std::size_t i = 0; i < user.contacts.size(); ++i)
    if (!user.contacts[i].deleted && user.contacts[i].kind != person_kind::stranger)
      all.push_back({peer_ref::kind::contact, i, 0});
  for (std::size_t i = 0; i < user.chatrooms.size(); ++i)
    if (user.chatrooms[i].saved && !user.chatrooms[i].gone) all.push_back({peer_ref::kind::chatroom, i, 0});
  return all;
}

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

} // namespace

std::optional<answer> serve_webwxgetcontact(world& w, const call& c) {
  auto said = from_query_and_cookies(c);
  if (!c.request.base().sid.empty()) said = from_base_request(c);
  auto [s, ret] = admit(w, c, said);
  if (ret != 0) return ret_answer(ret);
  const auto& user = *w.user(s->user_id);
  auto all = address_book(user);
  auto start = c.request.has_field("seq") ? number(c.request.field("seq")) : 0;
  auto page = std::max<std::size_t>(w.options.contact_page, 1);
  if (!start || *start >= all.size() || *start % page != 0) {
    w.violate(violation_kind::bad_query, c, "seq must be 0 or the Seq of the page before");
    return ret_answer(1);
  }
  json::array list;
  auto end = std::min(all.size(), *start + page);
  for (auto i = *start; i < end; ++i)
    list.push_back(contact_object(user, *s, all[i]));
  auto fields = with_ret(0);
  fields["MemberCount"] = list.size();
  fields["MemberList"] = std::move(list);
  fields["Seq"] = end < all.size() ? end : 0;
  return json_text(std::move(fields));
}

std::optional<answer> serve_webwxbatchgetcontact(world& w, const call& c) {
  auto [s, ret] = admit(w, c, from_base_request(c));
  if (ret != 0) return ret_answer(ret);
  const auto* body = c.request.body();
  const auto* list = body == nullptr ? nullptr : body->if_contains("List");
  auto count = body == nullptr ? std::nullopt : integer_of(*body, "Count");
  if (list == nullptr || !list->is_array() || !count || list->get_array().empty() ||
      static_cast<std::size_t>(*count) != list->get_array().size() || c.request.field("type") != "ex") {
    w.violate(violation_kind::bad_body, c, "type=ex, Count and a List of that many are needed");
    return ret_answer(1);
  }
  if (list->get_array().size() > max_batch) {
    w.violate(violation_kind::too_many, c, "at most 50 contacts per call");
    return ret_answer(1);
  }
  const auto& user = *w.user(s->user_id);
  json::array found;
  for (const auto& item : list->get_array()) {
    auto who = item.is_object() ? s->names.find(text_of(item.get_object(), "UserName")) : std::nullopt;
    if (who && !is_in_chatroom(user, *s, *who, text_of(item.get_object(), "EncryChatRoomId"))) {
      w.violate(violation_kind::unknown_user_name, c,
                "EncryChatRoomId must be a chatroom that holds this member");
      who.reset();
    } else if (!who) {
      // What is unknown is missing from the answer.
      w.violate(violation_kind::unknown_user_name, c, "no contact, chatroom or member of this session");
    }
    if (who) found.push_back(contact_object(user, *s, *who));
  }
  if (found.empty()) return ret_answer(1);
  auto fields = with_ret(0);
  fields["Count"] = found.size();
  fields["ContactList"] = std::move(found);
  return json_text(std::move(fields));
}

} // namespace weixin::simulator
