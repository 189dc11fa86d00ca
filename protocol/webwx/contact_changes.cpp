#include "protocol/webwx/contact_changes.hpp"

#include <cstddef>
#include <unordered_map>
#include <unordered_set>

namespace weixin::webwx {

namespace {

const std::string& called(const group_member& m) noexcept {
  return m.display_name.empty() ? m.nick_name : m.display_name;
}

using member_index = std::unordered_map<std::string_view, const group_member*>;

member_index index_of(const std::vector<group_member>& members) {
  member_index index;
  index.reserve(members.size());
  for (const auto& m : members)
    index.emplace(m.user_name, &m); // the first stays
  return index;
}

} // namespace

member_changes diff_members(const std::vector<group_member>& before, const std::vector<group_member>& after) {
  member_changes changes;
  if (before.empty() || after.empty()) return changes;
  auto old_members = index_of(before);
  auto new_members = index_of(after);
  bool old_list_is_whole = before.size() < contact::max_members;
  bool new_list_is_whole = after.size() < contact::max_members;
  for (const auto& m : after) {
    if (new_members.at(m.user_name) != &m) continue;
    auto known = old_members.find(m.user_name);
    if (known == old_members.end()) {
      if (old_list_is_whole) changes.joined.push_back(m);
    } else if (called(*known->second) != called(m)) {
      changes.renamed.push_back({m.user_name, called(*known->second), called(m)});
    }
  }
  for (const auto& m : before)
    if (new_list_is_whole && old_members.at(m.user_name) == &m && !new_members.contains(m.user_name))
      changes.left.push_back(m);
  return changes;
}

contact_changes diff_contacts(const contact_lookup& known, const std::vector<contact>& modified,
                              const std::vector<std::string>& deleted) {
  contact_changes changes;
  for (const auto& c : modified) {
    contact_change change;
    change.after = c;
    if (const auto* before = known(c.user_name)) {
      change.before = *before;
      if (change.after.members.empty()) change.after.members = before->members;
      change.names_differ = before->nick_name != c.nick_name || before->remark_name != c.remark_name ||
                            before->alias != c.alias;
      change.kind_differs = before->kind != c.kind;
      change.flags_differ = before->flags != c.flags;
      change.avatar_differs = before->avatar_seq != c.avatar_seq;
      change.members = diff_members(before->members, c.members);
    } else {
      change.is_new = true;
    }
    bool is_same = !change.is_new && change.before == change.after;
    if (!is_same) changes.changed.push_back(std::move(change));
  }
  std::unordered_set<std::string_view> told;
  for (const auto& user_name : deleted)
    if (const auto* before = known(user_name); before != nullptr && told.insert(user_name).second)
      changes.removed.push_back(*before);
  return changes;
}

} // namespace weixin::webwx
