#pragma once

#include "simulator/agenda.hpp"
#include "simulator/message_draft.hpp"
#include "simulator/people.hpp"
#include "simulator/secret_maker.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace weixin::simulator {

/// One request that waits for its answer, as the driver of the simulator numbers them.
using exchange_id = std::uint64_t;

/// The UserNames of one session (weixin-protocol.md 5.1): drawn at its login, worthless after it.
class session_names {
public:
  session_names(const phone_user& user, secret_maker& secrets);

  const std::string& of(const peer_ref& who) const;
  std::optional<peer_ref> find(std::string_view user_name) const;
  /// The contact was just appended to the user's list. With `name` somebody who had one already, as the
  /// member of a chatroom, keeps it.
  void add_contact(const person& p, secret_maker& secrets, std::string name = {});
  /// The same for a chatroom with its members, and for the chatroom's newest member.
  void add_chatroom(const chatroom& room, secret_maker& secrets);
  void add_member(std::size_t room, const member& m, secret_maker& secrets);
  const std::string& self() const noexcept { return self_; }

private:
  void remember(const std::string& name, peer_ref who);

  std::string self_;
  std::vector<std::string> contacts_;
  std::vector<std::string> chatrooms_;
  std::vector<std::vector<std::string>> members_;
  std::unordered_map<std::string, peer_ref> known_;
};

struct contact_modified {
  peer_ref who; ///< a contact or a chatroom
};
struct contact_deleted {
  peer_ref who;
};

/// The account's own name changed (4.6, Profile).
struct profile_changed {};

/// One thing a webwxsync delivers.
using sync_event = std::variant<message_draft, contact_modified, contact_deleted, profile_changed>;

struct session_secrets {
  std::string skey;
  std::string previous_skey; ///< accepted until `previous_skey_until`
  std::string sid;
  std::string pass_ticket;
  std::string data_ticket;
  std::string previous_data_ticket; ///< accepted as long as `previous_skey`
  std::string uvid;
  std::string auth_ticket;
};

/// One web login of a user, from webwxnewloginpage to its end.
class web_session {
public:
  web_session(std::uint64_t number, const phone_user& user, secret_maker& secrets, const moment& now);

  std::uint64_t number;
  std::size_t user_id;
  std::int64_t uin;
  std::string entry_host;
  session_secrets secrets;
  session_names names;
  moment login_time;
  steady_time last_request;
  steady_time last_check;
  steady_time previous_skey_until;

  bool initialised = false; ///< webwxinit was answered
  bool synced = false;      ///< webwxsync was answered: the short keys are over
  bool announced = false;   ///< the 51 message went out
  unsigned syncs_since_rotation = 0;
  std::optional<int> ended; ///< the code every further request gets

  exchange_id held_check = 0; ///< the synccheck that waits, 0: none
  std::deque<steady_time> recent_sends;
  std::deque<steady_time> recent_operations; ///< friend requests and new chatrooms
  std::string last_client_msg_id;

  std::int64_t key_base() const noexcept;

  /// Events are numbered from 1; the newest has this number.
  std::uint64_t event_count() const noexcept { return first_kept_ + events_.size(); }
  /// How many nobody has fetched yet.
  std::uint64_t unfetched() const noexcept { return event_count() - fetched_; }
  std::uint64_t fetched() const noexcept { return fetched_; }
  /// False, and nothing happens, when `max_unfetched` wait already.
  bool add_event(sync_event e);
  /// The client holds a key of this position: what is older need not be kept long.
  void mark_fetched(std::uint64_t position);
  /// The events after `position`, oldest first, at most `limit`, and as far as they are still kept.
  /// `next` becomes the position after the last one.
  std::vector<const sync_event*> events_after(std::uint64_t position, std::size_t limit,
                                              std::uint64_t& next) const;
  /// Whether any event after the position is a message; else contacts changed.
  bool has_message_after(std::uint64_t position) const;
  /// Messages nobody has fetched: they go on to the next session.
  std::vector<message_draft> take_unfetched_messages();

  /// Fetched events are kept so far for clients that come back with an old key.
  static constexpr std::size_t max_fetched_kept = 200;
  static constexpr std::size_t max_unfetched = 20'000;

private:
  std::deque<sync_event> events_;
  std::uint64_t first_kept_ = 0; ///< how many were forgotten
  std::uint64_t fetched_ = 0;
};

} // namespace weixin::simulator
