#include "actors/group_view.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

namespace weixin {

std::string member_id(std::string_view user_name) {
  constexpr std::string_view digits = "0123456789abcdef";
  auto hash = std::hash<std::string_view>{}(user_name);
  std::string id = "m-";
  for (int shift = 60; shift >= 0; shift -= 4)
    id += digits[hash >> shift & 15];
  return id;
}

group_view describe_group(const address_book& book, std::string_view user_name) {
  group_view g;
  if (auto view = book.view_of(user_name)) g.contact = std::move(*view);
  auto known = book.find(user_name);
  if (!known) return g;
  g.member_count = known->members.size();
  g.is_owner = !known->owner.empty() && known->owner == book.self();
  if (!known->owner.empty()) g.owner = member_id(known->owner);
  return g;
}

std::vector<group_view> list_groups(const address_book& book) {
  std::vector<group_view> groups;
  for (const auto& user_name : book.groups())
    groups.push_back(describe_group(book, user_name));
  std::sort(groups.begin(), groups.end(), [](const group_view& a, const group_view& b) {
    return std::tie(a.contact.display, a.contact.ref) < std::tie(b.contact.display, b.contact.ref);
  });
  return groups;
}

result<std::string> resolve_group(const address_book& book, std::string_view group) {
  auto user_name = book.resolve(group);
  if (!user_name) return user_name.error();
  auto known = book.find(*user_name);
  if (!known || known->kind != webwx::contact_kind::group)
    return fail(errc::wrong_kind, "this contact is no group");
  return *user_name;
}

std::vector<member_view> list_members(const address_book& book, std::string_view group_user_name) {
  std::vector<member_view> members;
  auto group = book.find(group_user_name);
  if (!group) return members;
  members.reserve(group->members.size());
  for (const auto& m : group->members)
    members.push_back({member_id(m.user_name), book.known_ref(m.user_name), m.nick_name, m.display_name,
                       m.user_name == group->owner, m.user_name == book.self()});
  return members;
}

result<std::string> resolve_member(const address_book& book, std::string_view group_user_name,
                                   std::string_view member) {
  auto group = book.find(group_user_name);
  if (!group || member.empty()) return fail(errc::member_not_found, "the group has no such member");
  // The surest first: what is ours, then the names that people give themselves.
  auto by = [&](auto matches) -> std::optional<result<std::string>> {
    const webwx::group_member* found = nullptr;
    for (const auto& m : group->members) {
      if (!matches(m)) continue;
      if (found != nullptr)
        return fail(errc::contact_ambiguous, "several members of the group are called so");
      found = &m;
    }
    if (found == nullptr) return std::nullopt;
    return result<std::string>{found->user_name};
  };
  using member_type = webwx::group_member;
  auto known_as = [&](const member_type& m) {
    auto c = book.find(m.user_name);
    return c && !c->remark.empty() && c->remark == member;
  };
  if (auto r = by([&](const member_type& m) { return member_id(m.user_name) == member; })) return *r;
  if (auto r = by([&](const member_type& m) { return book.known_ref(m.user_name) == member; })) return *r;
  if (auto r = by(known_as)) return *r;
  if (auto r = by([&](const member_type& m) { return m.display_name == member; })) return *r;
  if (auto r = by([&](const member_type& m) { return m.nick_name == member; })) return *r;
  return fail(errc::member_not_found, "the group has no such member");
}

} // namespace weixin
