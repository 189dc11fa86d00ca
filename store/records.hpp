#pragma once

#include "protocol/result.hpp"
#include "protocol/secret.hpp"
#include "protocol/webwx/contact_matching.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/login_choice.hpp"
#include "protocol/webwx/session.hpp"
#include "store/access_records.hpp"
#include "store/media_records.hpp"
#include "store/send_content.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::store {

/// Times are kept in milliseconds: what is read back is floored to one.
using wall_time = std::chrono::system_clock::time_point;

// -- accounts
// ---------------------------------------------------------------------------------------------------------

/// What the operator wants. Wins over any automation.
enum class desired_state { running, paused };

/// How an account reaches Weixin. Sealed at rest.
struct account_settings {
  webwx::login_choice login = webwx::login_choice::web;
  secret proxy; ///< a URL that `transport::parse_proxy` takes; empty: none

  friend bool operator==(const account_settings&, const account_settings&) = default;
};

/// One configured account: what survives everything else.
struct account_record {
  std::string name; ///< never changes; [a-z0-9][a-z0-9-]{0,62}
  std::string kind = "webwx";
  std::vector<std::string> bots;
  desired_state desired = desired_state::running;
  wall_time created_at{};
  /// The user that this account belongs to since its first login; 0 before. Another one is `different_user`.
  std::int64_t uin = 0;
  /// Why it waits for the operator ("kicked", "barred", "different_user", "duplicate_user"), also over a
  /// restart of the server; empty when it does not.
  std::string held;
  std::optional<media_policy> media; ///< nothing: what `defaults.media` says
  account_settings settings;
};

/// What becomes of several accounts at once.
struct account_edits {
  std::vector<account_record> added;
  std::vector<account_record> replaced; ///< of the same name
  std::vector<std::string> removed;

  bool is_empty() const { return added.empty() && replaced.empty() && removed.empty(); }
};
/// Decides what becomes of the accounts, which it is given by name. Called inside the transaction, on the
/// store's own thread, perhaps more than once: pure, and quick. An error refuses the whole.
using account_editor = std::function<result<account_edits>(const std::vector<account_record>&)>;

/// One change of an account's state, for "why was it offline at 04:10".
struct state_change {
  std::int64_t id = 0; ///< given by the store, ascending
  wall_time at{};
  std::string from;
  std::string to;
  std::string reason; ///< a stable code or a short sentence; never message text or a secret
};

// -- inbox
// ------------------------------------------------------------------------------------------------------------

/// One received message, to be stored.
struct inbound_message {
  std::string msg_id; ///< decimal; unique within an account (weixin-protocol.md 7.1)
  std::string chat;   ///< durable reference of the contact or group it belongs to
  wall_time sent_at{};
  std::string event;                 ///< the message as consumers and the admin API see it: a JSON object
  std::string raw;                   ///< the AddMsgList entry as Weixin sent it
  std::vector<media_record> media{}; ///< what is to be fetched because of it
};

/// A contact of ours that outlives sessions. Everything but `ref` is sealed at rest.
struct contact_record {
  std::string ref;     ///< "c-" and 26 characters of an id_source; never used for another contact
  std::string session; ///< the account's own UserName in the session that `user_name` belongs to
  std::string user_name;
  webwx::contact_kind kind = webwx::contact_kind::stranger;
  std::string alias;
  std::string remark;
  std::string nick;
  wall_time seen_at{}; ///< when the record was written
  /// Of the same person in all sessions, from a 51 message; empty: not known (weixin-protocol.md 7.4).
  std::string real_id{};
  std::string province{};
  std::string city{};
  int sex = 0;
  std::int64_t avatar_seq = 0; ///< of its picture; 0: not known
  int attr_status = 0;
  /// Why `ref` means this contact in the session that it names.
  webwx::match_basis basis = webwx::match_basis::fresh;
  /// The reference of the same contact that is used instead of this one; of such a record nothing else
  /// counts. Empty: none.
  std::string same_as{};

  friend bool operator==(const contact_record&, const contact_record&) = default;
};

/// Somebody who asked to be a friend and waits for a decision (weixin-protocol.md 5.5, 7.5). All but `id` and
/// the time is sealed at rest.
struct friend_request_record {
  std::string id; ///< the MsgId of the message that brought it
  wall_time received_at{};
  std::string session; ///< the account's own UserName in the session that `user_name` belongs to
  std::string user_name;
  secret ticket; ///< accepts or rejects it, in that session
  std::string nick;
  std::string alias;
  std::string greeting;
  std::string province;
  std::string city;
  int sex = 0;   ///< 0 unknown, 1 male, 2 female
  int scene = 0; ///< weixin-protocol.md 5.5

  friend bool operator==(const friend_request_record&, const friend_request_record&) = default;
};

/// What one webwxsync yields: it is stored as a whole or not at all.
struct sync_commit {
  std::string account;
  wall_time at{};
  std::vector<inbound_message> messages;
  /// Both sync keys after this sync. They are stored only when a session is stored.
  webwx::sync_keys keys;
  /// The session, when more of it changed than its keys (cookies, skey); its own keys are not looked at.
  std::optional<webwx::session> session;
  /// Contacts that got their reference because of these messages.
  std::vector<contact_record> contacts;
  /// Friend requests that came with these messages: kept when their message is new.
  std::vector<friend_request_record> friend_requests;
};

/// A message that was new: where it stands in the inbox.
struct appended_message {
  std::string msg_id;
  std::int64_t seq = 0;
};

/// One message as the inbox holds it.
struct stored_message {
  std::int64_t seq = 0; ///< ascending within the server, in order of arrival within an account
  std::string msg_id;
  std::string chat;
  wall_time sent_at{};
  wall_time stored_at{};
  std::string event;
  std::string raw{}; ///< the AddMsgList entry as Weixin sent it; filled by `find_message` only
};

struct inbox_query {
  std::string account;
  std::int64_t after = 0;  ///< only messages with a higher seq
  std::size_t limit = 100; ///< at most 1,000
  std::string with{};      ///< only this chat's; empty: all
  bool newest = false;     ///< the last `limit` of all, oldest first: `after` and `with` are not looked at
};

/// How far each consumer (a bot's name) has read one account's inbox.
struct inbox_positions {
  std::int64_t end = 0; ///< the seq of the newest message, 0 when there is none
  std::map<std::string, std::int64_t> consumers;
  /// How many messages come after each consumer's position; more than `most_unread` are not counted.
  std::map<std::string, std::size_t> unread;
  static constexpr std::size_t most_unread = 10'000;
};

// -- outbox
// -----------------------------------------------------------------------------------------------------------

enum class send_state { queued, attempting, sent, refused, unknown, expired };
std::string_view to_string(send_state state) noexcept;
std::optional<send_state> parse_send_state(std::string_view name) noexcept;
/// True for the states in which a send waits for the sender: queued and attempting.
bool is_unfinished(send_state state) noexcept;
/// Whether a send may go from one state to the other. A send that is `sent` stays so; `unknown` may still be
/// decided, by a late answer or an operator; an operator may queue again what was refused or expired. What
/// was queued again after an attempt that may have arrived becomes `unknown` when it is given up.
bool may_follow(send_state from, send_state to) noexcept;

/// What becomes of a send whose outcome is unknown.
enum class unknown_policy {
  report, ///< it stays `unknown` until somebody decides
  resend, ///< it is tried again: the caller accepts that it may arrive twice
};
std::string_view to_string(unknown_policy policy) noexcept;
std::optional<unknown_policy> parse_unknown_policy(std::string_view name) noexcept;

/// One accepted send. `content` is sealed at rest; of the idempotency key only a hash is kept, so a record
/// that was read back has none.
struct send_record {
  std::string id; ///< ours, unique in the server, "s-" and 26 characters, ascending in time
  std::string account;
  std::string to; ///< a durable contact reference or a fixed name, never a session's UserName
  send_content content;
  std::string client_msg_id; ///< 17 digits, ascending within an account (weixin-protocol.md 1.2)
  send_state state = send_state::queued;
  std::string msg_id; ///< Weixin's, once sent
  std::string error;  ///< stable code, when refused, unknown or expired
  wall_time created_at{};
  wall_time updated_at{};
  std::string idempotency_key;         ///< the caller's, at most 255 bytes; empty: none
  std::optional<wall_time> expires_at; ///< still queued then: expired
  unknown_policy if_unknown = unknown_policy::report;
  unsigned attempts = 0; ///< how often it was `attempting`
};

/// The answer to `enqueue`: the new record, or the one that the same idempotency key made before.
struct accepted_send {
  send_record record;
  bool repeated = false;
};

struct outbox_query {
  std::string account;
  std::optional<send_state> state{}; ///< nullopt: all
  std::string after{};               ///< only sends with a higher id; empty: from the oldest on
  std::size_t limit = 100;           ///< at most 1,000
  bool newest = false; ///< the last `limit` of all, oldest first: `state` and `after` are not looked at
};

// -- upkeep
// -----------------------------------------------------------------------------------------------------------

/// How long what is kept. Unfinished sends are never dropped.
struct retention {
  std::chrono::hours inbox_age{24 * 7};
  std::uint64_t inbox_bytes_per_account = std::uint64_t{1} << 30; ///< of the stored messages' sealed bodies
  std::chrono::hours outbox_age{24 * 7}; ///< of settled sends; also how long idempotency keys are remembered
  std::chrono::hours history_age{24 * 90};
  std::size_t history_per_account = 10'000;
  /// Of the audit, whose age is `history_age`. What was refused has a bound of its own, so that strangers
  /// cannot push out what was done.
  std::size_t audit_rows = 100'000;
  std::size_t refused_audit_rows = 10'000;
  std::chrono::hours media_age{24 * 30};
  media_quota media;
};

/// What is in the store.
struct held_rows {
  std::uint64_t messages = 0;
  std::uint64_t message_bytes = 0; ///< as `retention::inbox_bytes_per_account` counts them
  std::uint64_t sends = 0;
};

/// What an upkeep dropped, and what is left.
struct upkeep_report {
  std::uint64_t messages = 0;
  std::uint64_t sends = 0;
  std::uint64_t state_changes = 0;
  std::uint64_t audit_rows = 0;
  std::uint64_t media = 0; ///< contents' links that were dropped for their age or for want of room
  std::vector<std::string> media_files; ///< that nobody needs any more: the caller removes them
  held_rows held;                       ///< of all accounts
};

/// What was found when the whole store was read.
struct check_report {
  std::uint64_t accounts = 0;
  std::uint64_t messages = 0;
  std::uint64_t sends = 0;
  std::uint64_t contacts = 0;
  std::uint64_t media = 0;
  /// One sentence for every fault: damaged pages, rows that cannot be unsealed. Empty: all is well.
  std::vector<std::string> faults;
};

/// The store's condition, readable at any time without waiting.
struct store_health {
  /// False from the moment that a write failed for want of room, or room fell below the reserve, until a
  /// probe succeeds: pollers fetch nothing meanwhile.
  bool accepting = true;
  std::uint64_t database_bytes = 0; ///< with its log
  std::uint64_t waiting_calls = 0;
  /// Rows that could not be unsealed since the start; lists leave them out.
  std::uint64_t unreadable_rows = 0;
  std::uint64_t media_bytes = 0; ///< of all contents; 0 until the store has looked
  std::uint64_t log_bytes = 0;   ///< of the write-ahead log
  /// The room for this process where the data are, and how much there could be; 0 while that is not known.
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t disk_size_bytes = 0;
};

} // namespace weixin::store
