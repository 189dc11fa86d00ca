#pragma once

#include "protocol/webwx/contacts.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

// What the contact lists of a webwxsync mean beside what was known (weixin-protocol.md 4.6, 7.7): Weixin
// sends whole records, and no notice when somebody leaves a group.

/// A member who is called otherwise than before. A group name that was taken away leaves the nick name.
struct renamed_member {
  std::string user_name;
  std::string before;
  std::string after;

  friend bool operator==(const renamed_member&, const renamed_member&) = default;
};

struct member_changes {
  std::vector<group_member> joined; ///< in the order of the new list
  std::vector<group_member> left;   ///< in the order of the old list
  std::vector<renamed_member> renamed;

  bool empty() const noexcept { return joined.empty() && left.empty() && renamed.empty(); }
  friend bool operator==(const member_changes&, const member_changes&) = default;
};

/// Told by UserName; of several entries of one UserName the first counts. An empty list is none that Weixin
/// sent, not a group that everybody left: nothing has changed then. Behind the end of a list that was cut at
/// `contact::max_members` nobody knows: `left` is empty when the new list was, `joined` when the old one was.
member_changes diff_members(const std::vector<group_member>& before, const std::vector<group_member>& after);

struct contact_change {
  contact before; ///< empty UserName: not known so far
  contact after;
  bool is_new = false;
  bool names_differ = false; ///< nick name (of a group: its topic), remark or alias
  bool kind_differs = false; ///< a stranger became a friend, or the other way round
  bool flags_differ = false; ///< pinned, muted and the like: `contact::flags`
  bool avatar_differs = false;
  member_changes members; ///< of a group
};

struct contact_changes {
  std::vector<contact_change> changed; ///< what is the same as before is not among them
  std::vector<contact> removed;        ///< friends deleted and groups left, as they were known
};

/// Finds what is known of a UserName; nullptr for nobody. Valid until the next call.
using contact_lookup = std::function<const contact*(std::string_view user_name)>;

/// `modified` and `deleted` are those of one webwxsync. A group without members keeps those that are known.
contact_changes diff_contacts(const contact_lookup& known, const std::vector<contact>& modified,
                              const std::vector<std::string>& deleted);

} // namespace weixin::webwx
