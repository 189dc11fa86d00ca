#pragma once

#include "protocol/result.hpp"
#include "simulator/world.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::simulator {

// What changes in a user's address book and chatrooms, by the web client, by the user's phone, or by others.
// A living session learns of it with its next webwxsync (ModContactList, DelContactList;
// weixin-protocol.md 4.6).

inline constexpr std::size_t max_contacts = 20'000;
inline constexpr std::size_t max_chatrooms = 1'000; ///< of one user, those that were left included
inline constexpr std::size_t max_members = 500;     ///< of one chatroom, those who left included
inline constexpr std::size_t max_name_bytes = 1'024;

void set_remark(world& w, phone_user& user, std::size_t contact, std::string remark);
/// A contact or a chatroom, to the top of the chats or back.
void set_pinned(world& w, phone_user& user, const peer_ref& who, bool pinned);
/// Returns the new friend's lasting id. At most `max_contacts`: the caller looks.
std::string add_friend(world& w, phone_user& user, std::string nick);
/// Somebody who is known and no friend; nobody is told. Returns the contact's number. Errors: queue_full.
result<std::size_t> add_stranger(world& w, phone_user& user, std::string nick);
/// A member of a chatroom becomes a contact of its own under the same UserName. Errors: queue_full.
result<std::size_t> contact_of_member(world& w, phone_user& user, std::size_t room, std::size_t member);
/// A stranger becomes a friend, and a notice says so (7.7).
void befriend(world& w, phone_user& user, std::size_t contact);
void delete_contact(world& w, phone_user& user, std::size_t contact);
void rename_user(world& w, phone_user& user, std::string nick);

/// Returns the chatroom's number; it is not saved to the address book. Errors: queue_full.
result<std::size_t> create_chatroom(world& w, phone_user& user, std::string topic,
                                    const std::vector<std::size_t>& contacts);
/// Errors: queue_full (the chatroom is full), rejected_request (is a member already).
result<void> add_member(world& w, phone_user& user, std::size_t room, std::size_t contact);
/// Somebody who is no contact. Returns the lasting id. Errors: queue_full.
result<std::string> add_unknown_member(world& w, phone_user& user, std::size_t room, std::string nick);
void remove_member(world& w, phone_user& user, std::size_t room, std::size_t member);
void rename_chatroom(world& w, phone_user& user, std::size_t room, std::string topic);
void save_chatroom(world& w, phone_user& user, std::size_t room, bool saved);
/// The user is no member any more: by the own wish, or removed by somebody.
void leave_chatroom(world& w, phone_user& user, std::size_t room);

/// A 10000 in that conversation (7.7).
void tell_notice(world& w, phone_user& user, const peer_ref& peer, std::string text);

} // namespace weixin::simulator
