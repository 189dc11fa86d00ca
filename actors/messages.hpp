#pragma once

// What actors say to each other: one plain struct a message. Nothing here leaves the process.

#include "actors/inbound.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/session.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weixin {

/// Which child of an account supervisor.
enum class child { login, poller, sender, media };
std::string_view to_string(child c) noexcept;

// -- login -> account supervisor
// ----------------------------------------------------------------------------------

/// A QR code is there to be scanned.
struct qr_issued {
  std::string uuid;
};
/// Somebody scanned it and has to confirm on the phone.
struct qr_scanned {};
/// The login is complete. The supervisor decides whether this user may have the account.
struct login_done {
  std::shared_ptr<webwx::session> session;
  std::shared_ptr<std::vector<webwx::contact>> contacts;
};

// -- any child -> account supervisor
// ------------------------------------------------------------------------------

/// A call failed. The child waits until it is told `try_again`, or ended.
struct child_failed {
  child who{};
  error what;
};
/// A good answer to a poll.
struct polled {
  bool synccheck = false; ///< a synccheck; false for a webwxsync
};
/// A send met something that concerns the whole account (session ended, too frequent, barred). The sender has
/// put the message back.
struct send_hit {
  error what;
};

// -- account supervisor -> children
// -------------------------------------------------------------------------------

/// Do again what failed.
struct try_again {};
/// Polls keep this distance until told otherwise (0: none).
struct poll_distance {
  std::chrono::milliseconds distance{0};
};
/// Whether the sender may send, and not before when.
struct send_gate {
  bool open = false;
  std::chrono::steady_clock::time_point not_before{};
  bool new_session = false; ///< the gate opens for a session that has just begun
};

// -- sends
// --------------------------------------------------------------------------------------------------------

using send_reply = std::function<void(result<store::send_record>)>;

/// Accept one text for this contact; `reply` is called, from any thread, once it is stored or refused.
struct submit_text {
  std::string to; ///< a contact reference, "filehelper", or an exact remark or nick name
  std::string text;
  send_reply reply;
};

// -- media
// --------------------------------------------------------------------------------------------------------

/// Fetch the picture of this message.
struct fetch_image {
  std::string msg_id;
};

// -- router and bots
// ----------------------------------------------------------------------------------------------

/// Messages of one account that are stored now, in order.
struct inbound_batch {
  std::shared_ptr<const std::vector<inbound>> messages;
  std::vector<std::string> bots;
};

// -- timers of an actor to itself
// ---------------------------------------------------------------------------------

/// CAF cannot cancel a timer: one of an older generation is ignored.
struct timer {
  std::uint64_t generation = 0;
};

} // namespace weixin
