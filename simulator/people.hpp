#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::simulator {

class web_session;

enum class person_kind {
  special,  ///< `filehelper` and its kin: the same name in every session (weixin-protocol.md 5.3)
  friendly, ///< in the address book, can be written to
  official, ///< an official account (VerifyFlag 8)
  former,   ///< still listed as a friend, but has removed the user: a send answers 1204
  stranger, ///< known by a card, a friend request or a chatroom, and not in the address book
};

/// Somebody in a user's contact list. The position in the list is its number and never changes.
struct person {
  std::string id; ///< lasting: `wxid_...`, `gh_...`; for a special account its UserName
  std::string nick;
  std::string remark;
  std::string alias;
  person_kind kind = person_kind::friendly;
  int sex = 0;
  std::string province;
  std::int64_t pictures = 0; ///< how often the picture was changed
  bool deleted = false;
  bool pinned = false;       ///< to the top of the chats (5.4)
  bool asked = false;        ///< the user has sent a friend request that waits for an answer (5.5)
  std::string verify_ticket; ///< of this person's own friend request while it waits; else empty
};

struct member {
  std::string id;
  std::string nick;
  std::string display_name;           ///< in this chatroom
  std::optional<std::size_t> contact; ///< when the member is also a contact
  bool self = false;
  bool gone = false; ///< has left: keeps its number, so that the others keep theirs
};

struct chatroom {
  std::string id; ///< `123@chatroom`
  std::string topic;
  bool saved = true; ///< to the address book: webwxgetcontact lists it (4.3)
  std::vector<member> members;
  std::size_t owner = 0; ///< the member who made it; by default the user
  bool pinned = false;
  bool nameless = false;            ///< its member list has no names: they are to be asked for (4.1, 4.4)
  bool gone = false;                ///< the user has left or was removed
  std::vector<std::string> invited; ///< lasting ids of those who have not answered yet, at most 500

  std::size_t size() const noexcept; ///< members who are still there
};

/// What a phone remembers of a browser that was logged in: makes push login possible (3.4).
struct known_browser {
  std::string uvid;
  std::string auth_ticket;
};

/// Which ways of logging in a user has (3.5, 3.6).
enum class login_policy { allowed, desktop_only, barred };

/// One user of the service: a phone, its address book, and what the service keeps about it.
struct phone_user {
  std::size_t id = 0; ///< from 1
  std::int64_t uin = 0;
  std::string wxid;
  std::string nick;
  std::vector<person> contacts;
  std::vector<chatroom> chatrooms;

  login_policy policy = login_policy::allowed;
  std::string entry_host = "wx.qq.com"; ///< where a confirmed login is sent to
  std::string moved_to;                 ///< not empty: the next exchange names this entry host instead (3.5)
  std::string push_host;                ///< empty: the table's; else the only one that answers synccheck

  std::vector<known_browser> browsers;  ///< newest last, at most `max_browsers`
  std::shared_ptr<web_session> session; ///< the newest one, ended or not; null before the first login
  std::vector<std::shared_ptr<web_session>> older; ///< ended ones still known, at most `max_older_sessions`
  std::uint64_t logins = 0;
  std::uint64_t freed = 0;  ///< when it became free for auto mode, as a count
  std::string pending_uuid; ///< the code this phone has scanned and not settled

  static constexpr std::size_t max_browsers = 4;
  static constexpr std::size_t max_older_sessions = 4;
};

/// How large a made-up address book is.
struct people_shape {
  std::size_t friends = 20;
  std::size_t officials = 2;
  std::size_t formers = 1;
  std::size_t chatrooms = 3;
  std::size_t members = 8; ///< per chatroom, the user included
};

/// User number `id`: the same for the same seed, shape and canary, whatever was made before.
phone_user make_user(std::size_t id, std::uint64_t seed, const people_shape& shape, std::string_view canary);

/// The number of the contact with that lasting id or, failing that, that nick name or remark.
std::optional<std::size_t> find_contact(const phone_user& user, std::string_view id_or_name);
std::optional<std::size_t> find_chatroom(const phone_user& user, std::string_view id_or_topic);
std::optional<std::size_t> find_member(const chatroom& room, std::string_view id_or_name);
/// The number of the member that is the contact.
std::optional<std::size_t> find_member_of(const chatroom& room, std::size_t contact);
/// The first friend; every made-up user has one unless the shape says otherwise.
std::optional<std::size_t> first_friend(const phone_user& user);

} // namespace weixin::simulator
