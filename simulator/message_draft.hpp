#pragma once

#include "runtime/wall_clock.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace weixin::simulator {

/// Somebody a session has a UserName for, by number and not by name, so that it outlives the session.
struct peer_ref {
  enum class kind { self, contact, chatroom, member };
  kind what = kind::self;
  std::size_t index = 0;  ///< of the contact or the chatroom
  std::size_t member = 0; ///< of the member inside the chatroom

  friend bool operator==(const peer_ref&, const peer_ref&) = default;
};

/// A message on its way to a session. It is put into the session's UserNames only when it is delivered.
struct message_draft {
  std::uint64_t msg_id = 0;
  peer_ref from;
  peer_ref to;
  std::optional<std::size_t> speaker; ///< the member who says it, in a chatroom
  int type = 1;                       ///< MsgType (weixin-protocol.md 7.5)
  std::string text;                   ///< plain; encoded for the wire when delivered
  bool text_is_wire = false;          ///< `text` goes out as it is
  bool is_conversation_list = false;  ///< the 51 message that names the chats (7.4)
  /// Whom it is about: the RecommendInfo of 37, 40 and 42, the StatusNotifyUserName of 51.
  std::optional<peer_ref> about;
  boost::json::object raw; ///< fields that are put over the made-up ones
  wall_time created;
  std::uint64_t ledger_number = 0; ///< 0: not accounted for
};

} // namespace weixin::simulator
