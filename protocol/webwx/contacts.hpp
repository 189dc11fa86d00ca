// NOTE FROM THE LEAD TO THE PROTOCOL ENGINEER (21:40): the actors were coded against this header before yours landed,
// and I overwrote yours by mistake. Please implement THIS API exactly (add functions if useful, keep these signatures);
// remove this note when the .cpp is done. parse_sync takes `self`. Sorry. Applies to all headers that carry the note.
#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

/// What a contact is (weixin-protocol.md 5.3).
enum class contact_kind : std::uint8_t { self, group, special, official, friend_, stranger };
std::string_view to_string(contact_kind k) noexcept;

struct group_member {
  std::string user_name;
  std::string nick_name;
  std::string display_name; ///< the name in this group, often empty
};

/// A compact record of a contact: what is needed to find it, name it and answer it. Names are decoded (entities,
/// emoji). The UserName lives as long as the session.
struct contact {
  std::string user_name;
  std::string nick_name;
  std::string remark_name;
  std::string alias;
  contact_kind kind = contact_kind::stranger;
  std::vector<group_member> members; ///< groups only, at most 500
};

/// The remark if there is one, else the nick name, else a word for what it is.
std::string display_name(const contact& c);
/// Matches `@@...` or `...@chatroom`.
bool is_group_user_name(std::string_view user_name) noexcept;
/// The order of weixin-protocol.md 5.3.
contact_kind classify_contact(std::string_view user_name, std::string_view self, int verify_flag,
                              int contact_flag) noexcept;

/// Reads one Contact object; nothing when it has no UserName. `self` as in the session, empty when unknown.
result<contact> read_contact(const boost::json::object& o, std::string_view self);

// -- webwxgetcontact (weixin-protocol.md 4.3) ---------------------------------------------------------------------

struct contact_page {
  std::vector<contact> contacts;
  std::int64_t seq = 0; ///< ask for the next page with it; 0: this was the last
  std::size_t set_aside = 0; ///< entries that could not be read
};
http_request make_get_contact(const session& s, std::int64_t seq, std::int64_t ms);
result<contact_page> parse_get_contact(const http_response& r);

// -- webwxbatchgetcontact (weixin-protocol.md 4.4) ----------------------------------------------------------------

struct batch_item {
  std::string user_name;
  std::string encry_chat_room_id; ///< empty for a contact or a group itself
};
/// At most this many items a call; larger lists fail.
inline constexpr std::size_t max_batch_items = 50;
http_request make_batch_get_contact(const session& s, const std::vector<batch_item>& items, std::int64_t ms);
/// The answers may come in another order and incomplete: match by UserName.
result<std::vector<contact>> parse_batch_get_contact(const http_response& r);

} // namespace weixin::webwx
