#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

/// What a contact is (weixin-protocol.md 5.3).
enum class contact_kind : std::uint8_t {
  self,
  group,
  special,  ///< filehelper, fmessage and the like
  official, ///< official and service accounts
  friend_,
  stranger, ///< also a mere group member
};
/// "self", "group", "special", "official", "friend", "stranger".
std::string_view to_string(contact_kind k) noexcept;

/// One member of a group. Names are decoded.
struct group_member {
  std::string user_name;
  std::string nick_name;
  std::string display_name; ///< the name in this group, often empty

  friend bool operator==(const group_member&, const group_member&) = default;
};

/// The compact record of a contact: what is needed to find it, name it and answer it
/// (weixin-protocol.md 5.1). Names are decoded. The UserName lives as long as the session.
struct contact {
  static constexpr std::size_t max_members = 500;

  std::string user_name;
  std::string nick_name;
  std::string remark_name;
  std::string alias;
  contact_kind kind = contact_kind::stranger;
  std::vector<group_member> members; ///< groups only, at most `max_members`

  friend bool operator==(const contact&, const contact&) = default;
};

/// The remark, else the nick name, else (for a nameless group) its first members' names, else what it is.
std::string display_name(const contact& c);
/// "@@..." or "...@chatroom".
bool is_group_user_name(std::string_view user_name) noexcept;
/// The order of weixin-protocol.md 5.3. `self` may be empty when it is not known; flags are bit masks (5.2).
contact_kind classify_contact(std::string_view user_name, std::string_view self, int verify_flag,
                              int contact_flag) noexcept;

/// Reads one Contact object. Members that cannot be read are left out. Error: malformed_answer without a
/// UserName.
result<contact> read_contact(const boost::json::object& o, std::string_view self);

// -- webwxgetcontact (weixin-protocol.md 4.3)
// ---------------------------------------------------------------------

/// One page; `seq` is 0 for the first.
http_request make_get_contact(const session& s, std::int64_t seq, std::int64_t ms);

struct contact_page {
  std::vector<contact> contacts;
  std::int64_t seq = 0;      ///< ask for the next page with it; 0: this was the last
  std::size_t set_aside = 0; ///< entries that could not be read
};
/// Errors: http_status, malformed_answer, and those of `error_of`.
result<contact_page> parse_get_contact(const http_response& r);

// -- webwxbatchgetcontact (weixin-protocol.md 4.4)
// ----------------------------------------------------------------

/// Whom to ask about: a contact or group, or a member together with its group.
struct batch_item {
  std::string user_name;
  std::string encry_chat_room_id; ///< empty for a contact or a group itself
};
/// At most this many items a call; larger lists fail.
inline constexpr std::size_t max_batch_items = 50;
/// Items beyond `max_batch_items` are left out.
http_request make_batch_get_contact(const session& s, const std::vector<batch_item>& items, std::int64_t ms);
/// What was found, in any order and possibly incomplete: match by UserName.
/// Errors: http_status, malformed_answer, and those of `error_of`.
result<std::vector<contact>> parse_batch_get_contact(const http_response& r);

} // namespace weixin::webwx
