#pragma once

// What actors say to each other: one plain struct a message. Nothing here leaves the process.

#include "actors/inbound.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/scan_picture.hpp"
#include "protocol/webwx/session.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weixin {

/// Which child of an account supervisor.
enum class child { login, poller, sender, media, inbox, contacts };
std::string_view to_string(child c) noexcept;

// -- login -> account supervisor
// ----------------------------------------------------------------------------------

/// A QR code is there to be scanned.
struct qr_issued {
  std::string uuid;
};
/// Somebody scanned it and has to confirm on the phone.
struct qr_scanned {
  std::shared_ptr<const webwx::scan_picture> picture; ///< of who scanned; null when there is none
};
/// The login is complete. The supervisor decides whether this user may have the account.
struct login_done {
  std::shared_ptr<webwx::session> session;
  std::shared_ptr<std::vector<webwx::contact>> contacts;
  bool resumed = false; ///< the session of before, which still lives
};

// -- any child -> account supervisor
// ------------------------------------------------------------------------------

/// A call failed. The child waits until it is told `try_again`, or ended.
struct child_failed {
  child who{};
  error what;
  bool at_push_host = false; ///< a synccheck's: the host may be the wrong one for this session
};
/// What a good poll says of messages (weixin-protocol.md 4.5).
enum class poll_news {
  nothing,   ///< a webwxsync that brought nothing, and did not say that there is nothing
  quiet,     ///< a synccheck without a selector: there is nothing
  announced, ///< a synccheck with a selector: a webwxsync has something to bring
  delivered, ///< a webwxsync that brought something, or moved the sync keys
};
/// A good answer to a poll.
struct polled {
  bool synccheck = false; ///< a synccheck; false for a webwxsync
  poll_news news{};
};
/// A send met something that concerns the whole account (session ended, too frequent, barred). The sender has
/// put the message back.
struct send_hit {
  error what;
};
/// Whether Weixin answered an attempt to send, whatever the answer. Every attempt without an answer is told,
/// and the first answer after one, and after the start of the sender.
struct send_heard {
  bool answered = false;
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

/// What a caller wants sent.
struct send_request {
  std::string to; ///< a contact reference, "filehelper", or an exact remark or nick name
  store::send_content content;
  std::string idempotency_key; ///< at most 255 bytes; the same key answers the same record; empty: none
  std::optional<wall_time> expires_at;
  store::unknown_policy if_unknown = store::unknown_policy::report;
};

using send_reply = std::function<void(result<store::accepted_send>)>;

/// Accept one send; `reply` is called, from any thread, once it is stored or refused.
struct submit_send {
  send_request what;
  send_reply reply;
};

/// What an operator may do with one send.
enum class outbox_command {
  cancel,         ///< queued -> refused, error "cancelled"
  retry,          ///< refused, expired or unknown -> queued
  settle_sent,    ///< unknown -> sent: the operator saw that it arrived
  settle_refused, ///< unknown -> refused: the operator saw that it did not
};

using send_record_reply = std::function<void(result<store::send_record>)>;

/// Errors: send_not_found, wrong_state.
struct command_send {
  std::string id;
  outbox_command what{};
  send_record_reply reply;
};

/// What became of a wish that is no message: to take one back, to mark a chat as read.
enum class action_result {
  done,
  refused, ///< Weixin said no; `code` tells why
  unknown, ///< the request may have left, and no answer came
};
/// "done", "refused", "unknown".
std::string_view to_string(action_result r) noexcept;

struct action_outcome {
  action_result what{};
  std::string msg_id; ///< of a recall: which message
  std::string code;   ///< a stable one, unless it is done
  int ret = 0;        ///< the number that Weixin gave, if any
};
using action_reply = std::function<void(result<action_outcome>)>;

/// Take a message back (weixin-protocol.md 6.2). `id` is that of a send, or a MsgId of Weixin. Errors:
/// send_not_found, wrong_state (it was not sent), too_late (after two minutes), not_online, target_lost,
/// store_busy, and those of the network when no byte left.
struct recall_message {
  std::string id;
  action_reply reply;
};

/// Tell Weixin that the chat was read, or only that it was opened (weixin-protocol.md 4.2). Errors:
/// contact_not_found, contact_ambiguous, not_online, store_busy, and those of the network when no byte left.
struct mark_read {
  std::string contact; ///< a reference, "filehelper", or an exact remark or nick name
  action_reply reply;
  bool only_opened = false;
};

// -- media
// --------------------------------------------------------------------------------------------------------

/// The store has media of this account that wait.
struct media_wanted {};

using media_reply = std::function<void(result<store::media_record>)>;

/// Have the picture of a contact, or of a group's member who may be none; `reply` is called once, from any
/// thread, with a record that is available. One that was fetched within a day is given as it is, and an older
/// one when there is no newer to be had. Errors: contact_not_found, media_failed, queue_full, cancelled; of a
/// member also wrong_kind, contact_ambiguous, member_not_found.
struct fetch_avatar {
  std::string ref; ///< of the contact; of a member the group, by reference or exact name
  media_reply reply;
  std::string member{}; ///< as `resolve_member` takes it; empty: the contact itself
};

// -- inbox reader
// -------------------------------------------------------------------------------------------------

/// The sync poller stored these messages a moment ago, in order. `last_seq` is the highest seq of its commit:
/// what was stored with it and is not among `messages` is for no bot.
struct inbox_grew {
  std::shared_ptr<const std::vector<inbound>> messages;
  std::int64_t last_seq = 0;
};
/// Messages may have been stored that nobody told of: a sync poller begins, and the one before it may have
/// ended between a commit and its report.
struct inbox_may_have_grown {};
/// The account's bots are these from now on. One that was not among them begins at the end of the inbox.
struct set_bots {
  std::vector<std::string> bots;
};
/// There is another router in the account's context: what the one before it was given is lost.
struct router_changed {};
/// A bot is done with these messages: its answer is stored, or there is none.
struct messages_handled {
  std::string bot;
  std::vector<std::int64_t> seqs;
};

// -- router and bots
// ----------------------------------------------------------------------------------------------

struct bot_entry;
/// The configured bots are these from now on. What a bot was given and has not answered yet, it answers as
/// its successor of the same name does.
struct bots_configured {
  std::shared_ptr<const std::vector<bot_entry>> bots;
};

/// Messages of one account that are stored, in order, for these bots.
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
