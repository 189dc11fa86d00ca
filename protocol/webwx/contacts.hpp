#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

#include <boost/json/array.hpp>
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
  int flags = 0;                     ///< ContactFlag (weixin-protocol.md 5.2), see `contact_flag`
  /// Search keys: what of RemarkPYQuanPin, RemarkPYInitial, PYQuanPin and PYInitial is not empty, in that
  /// order, one a line.
  std::string pinyin;
  std::string encry_chat_room_id; ///< groups: names them where a member is asked for; often empty
  std::int64_t avatar_seq = 0;    ///< the seq of HeadImgUrl, 0 for none: another one is another picture
  /// Groups: the UserName of ChatRoomOwner; empty when the answer does not tell, as most do not.
  std::string owner_user_name;
  // What people tell of themselves; hardly ever all of it.
  std::string province;
  std::string city;
  int sex = 0;         ///< 0 unknown, 1 male, 2 female
  int attr_status = 0; ///< AttrStatus: bits that say nothing, and stay

  friend bool operator==(const contact&, const contact&) = default;
};

/// Bits of ContactFlag (weixin-protocol.md 5.2).
namespace contact_flag {
inline constexpr int in_address_book = 1; ///< a friend
inline constexpr int chat = 2;
inline constexpr int group_saved = 4;
inline constexpr int blacklisted = 8;
inline constexpr int domain_contact = 16;
inline constexpr int hidden = 32;
inline constexpr int favourite = 64;
inline constexpr int third_party_app = 128;
inline constexpr int moments_blacklisted = 256;
inline constexpr int muted = 512;
inline constexpr int pinned = 2048;
} // namespace contact_flag

/// The remark, else the nick name, else (for a nameless group) its first members' names, else what it is.
std::string display_name(const contact& c);
/// "@@..." or "...@chatroom".
bool is_group_user_name(std::string_view user_name) noexcept;
/// The order of weixin-protocol.md 5.3. `self` may be empty when it is not known; flags are bit masks (5.2).
contact_kind classify_contact(std::string_view user_name, std::string_view self, int verify_flag,
                              int flags) noexcept;

/// What the official client does not show among the contacts: names that end in @lbsroom or @talkroom, and
/// the service accounts that it shields (weixin-protocol.md 5.3).
bool is_hidden_user_name(std::string_view user_name) noexcept;

/// The UserName by which a group is named where a member is asked for: its EncryChatRoomId, or its own.
const std::string& chat_room_id_of(const contact& group) noexcept;

/// The seq in a HeadImgUrl; 0 when there is none.
std::int64_t avatar_seq_of(std::string_view head_img_url) noexcept;

/// Reads a MemberList: what has no UserName is left out, and what comes after `contact::max_members`.
std::vector<group_member> read_members(const boost::json::array& list);

/// Reads one Contact object. Members that cannot be read are left out. Error: malformed_answer without a
/// UserName.
result<contact> read_contact(const boost::json::object& o, std::string_view self);

/// Contacts of an answer.
struct contact_list {
  std::vector<contact> contacts;
  std::size_t set_aside = 0; ///< entries that are no contact or have no UserName
};

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
result<contact_list> parse_batch_get_contact(const http_response& r);

} // namespace weixin::webwx
