#pragma once

#include "actors/address_book.hpp"
#include "protocol/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin {

/// One member of a group as the admin API shows it.
struct member_view {
  std::string id;                 ///< ours, "m-" and 16 hex digits; it lives as long as the session
  std::optional<std::string> ref; ///< when the member is a contact; outlives sessions
  std::string nick;
  std::string display_name; ///< the name in this group, often empty
  bool owner = false;
  bool self = false;
};

/// A group as the admin API shows it.
struct group_view {
  contact_view contact;             ///< `nick` is the topic
  std::size_t member_count = 0;     ///< 0: Weixin has not told the members yet
  bool is_owner = false;            ///< the account owns it; false also when nobody was told
  std::optional<std::string> owner; ///< the owner's member id
};

/// Names a member without giving its UserName away: two members of one group share an id only by accident,
/// and then neither is found by it.
std::string member_id(std::string_view user_name);

/// All groups by display name.
std::vector<group_view> list_groups(const address_book& book);
/// The group that a reference or an exact name means. Errors: contact_not_found, contact_ambiguous;
/// wrong_kind when it is no group.
result<std::string> resolve_group(const address_book& book, std::string_view group);
group_view describe_group(const address_book& book, std::string_view user_name);
/// In the order of Weixin.
std::vector<member_view> list_members(const address_book& book, std::string_view group_user_name);
/// The UserName of the member that an id, a contact's reference, or an exact remark, name in the group or
/// nick name means. Errors: member_not_found; contact_ambiguous when several are meant.
result<std::string> resolve_member(const address_book& book, std::string_view group_user_name,
                                   std::string_view member);

} // namespace weixin
