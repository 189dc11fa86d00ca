#pragma once

#include "protocol/result.hpp"
#include "simulator/message_kinds.hpp"
#include "simulator/world.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::simulator {

/// A message that somebody sends to a user's phone.
struct injection {
  std::size_t user = 0;
  std::string
      conversation;       ///< contact (id, nick or remark) or chatroom (id or topic); empty: the first friend
  std::string speaker;    ///< the chatroom's member (id or nick); empty: its second one
  bool from_self = false; ///< typed by the user on the phone (7.2)
  int type = 1;
  /// `{token}` becomes the message's unique token.
  std::string text;
  bool text_is_wire = false;     ///< do not encode it
  boost::json::object raw;       ///< message fields that replace the made-up ones
  std::size_t picture_bytes = 0; ///< not 0: a picture (MsgType 3) of at least that size
  /// Not empty: a message of a named kind (message_kinds.hpp), which decides about type, text and media.
  kind_details details;
  bool accounted = true; ///< expects a reply: opens an entry in the ledger
};

struct injected {
  std::uint64_t msg_id = 0;
  std::uint64_t ledger_number = 0;
  std::string conversation; ///< lasting id of the peer
  std::string text;         ///< as sent, with the token
};

/// Errors: invalid_argument (no such user, contact, chatroom, member; text above 64 KiB), not_online (the
/// user has no session that has seen webwxinit), queue_full (too much waits for this session).
result<injected> inject(world& w, injection what);
inline constexpr std::size_t max_text_bytes = 64 * 1024;

/// A stream of accounted text messages, one after the other to all online users in turn.
struct load_plan {
  double rate_per_second = 0;
  std::uint64_t remaining = 0;
  std::string text; ///< holds `{token}`
  std::uint64_t injected = 0;
  std::uint64_t skipped = 0; ///< nobody was online, or too much waited
  std::size_t last_user = 0;
  steady_time start{};
  std::uint64_t due = 0; ///< messages whose time has come
  agenda::entry_id timer = 0;

  bool active() const noexcept { return remaining > 0; }
};
inline constexpr double max_load_rate = 10'000;

/// Replaces a load that is still going on. Errors: invalid_argument (rate or number out of range).
result<void> start_load(world& w, load_plan& plan, double rate_per_second, double seconds, std::string text);
void stop_load(world& w, load_plan& plan);

} // namespace weixin::simulator
