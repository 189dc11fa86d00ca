#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/session.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

// Groups (weixin-protocol.md 5.7). Removing members and renaming is reported to have no effect since 2018,
// although Weixin may answer Ret 0.

/// At most so many members a call.
inline constexpr std::size_t max_members_per_call = 100;

/// A group of these members and the account itself, who is not named. Errors: invalid_argument for fewer than
/// two members, more than `max_members_per_call`, or a UserName that is none.
result<http_request> make_create_chatroom(const session& s, const std::vector<std::string>& members,
                                          std::string_view topic, std::int64_t ms);

struct created_chatroom {
  std::string user_name;            ///< ChatRoomName, the group's UserName
  std::vector<std::string> refused; ///< members that have deleted or blocked the account (MemberStatus 4)
};
/// Errors: http_status; malformed_answer, also without a ChatRoomName; those of `error_of`. Ret -2013 counts
/// as success.
result<created_chatroom> parse_create_chatroom(const http_response& r);

/// How somebody gets into a group.
enum class join_way : std::uint8_t {
  add,    ///< at once
  invite, ///< by an invitation that the person has to take
};
/// Groups that have, with the new ones, `invite_start_count` members or more take invitations only
/// (`session::invite_start_count`, 40 unless webwxinit says otherwise; 0 or less counts as 40).
join_way way_into_group(std::size_t members, std::size_t new_members, int invite_start_count) noexcept;

/// webwxupdatechatroom with fun=addmember or fun=invitemember. Errors: invalid_argument for a `group` that is
/// none, no member, more than `max_members_per_call`, or a UserName that is none.
result<http_request> make_add_members(const session& s, std::string_view group,
                                      const std::vector<std::string>& members, join_way how);
/// fun=delmember. Errors: as `make_add_members`.
result<http_request> make_remove_members(const session& s, std::string_view group,
                                         const std::vector<std::string>& members);
/// fun=modtopic. Errors: invalid_argument for a `group` that is none or a topic above 256 bytes.
result<http_request> make_rename_chatroom(const session& s, std::string_view group, std::string_view topic);
/// fun=quitchatroom. Error: invalid_argument for a `group` that is none.
result<http_request> make_quit_chatroom(const session& s, std::string_view group);

/// What Weixin says of the members afterwards, of any webwxupdatechatroom; often nothing.
/// Errors: http_status, malformed_answer, and those of `error_of`.
result<std::vector<group_member>> parse_update_chatroom(const http_response& r);

} // namespace weixin::webwx
