#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::metrics {

/// The states an operator sees of an account; the names are those of the admin API.
enum class account_state : std::uint8_t {
  stopped,
  starting,
  awaiting_scan,
  awaiting_confirm,
  online,
  degraded,
  throttled,
  cooling_off,
  needs_login,
  held,
};
inline constexpr std::size_t account_state_count = 10;
std::string_view to_string(account_state state) noexcept;
/// Nothing for a name that is not a state.
std::optional<account_state> parse_account_state(std::string_view name) noexcept;

/// How a login ended.
enum class login_result : std::uint8_t {
  ok,            ///< a scanned QR code or a confirmed push login
  resumed,       ///< the stored session was still good
  resume_failed, ///< the stored session was dead
  qr_expired,    ///< nobody scanned in time
  cancelled,     ///< the person, or the operator, gave up
  refused,       ///< Weixin said no (1203 and others)
  failed,        ///< the network or an answer that makes no sense
};
inline constexpr std::size_t login_result_count = 7;
std::string_view to_string(login_result result) noexcept;

/// Why a session ended (weixin-protocol.md 4.5).
enum class logout_reason : std::uint8_t {
  session_unknown, ///< 1100
  session_invalid, ///< 1101
  cookie_invalid,  ///< 1102
  user,            ///< the operator logged it out, or asked for a new login
  other,           ///< Weixin's word, in another way: Ret -14, or a login that is refused
};
inline constexpr std::size_t logout_reason_count = 5;
std::string_view to_string(logout_reason reason) noexcept;

/// Why a poll did not succeed, or what it brought could not be kept.
enum class sync_failure : std::uint8_t {
  network,       ///< no name, no connection, no TLS, no answer in time
  http,          ///< a status that is none of the call's
  malformed,     ///< not what the call answers with, or too large
  session_ended, ///< 1100, 1101, 1102 or Ret -14
  too_frequent,  ///< 1205
  breaker_open,  ///< the host is given a rest
  proxy,         ///< the account's proxy lets nothing through
  store,         ///< the store does not take what came, or is known not to
  other,         ///< all else, such as Ret -1
};
inline constexpr std::size_t sync_failure_count = 9;
std::string_view to_string(sync_failure kind) noexcept;

/// An answer that lists contacts.
enum class contact_answer : std::uint8_t { init, get_contact, batch_get_contact };
inline constexpr std::size_t contact_answer_count = 3;
/// The endpoint: "webwxinit", "webwxgetcontact", "webwxbatchgetcontact".
std::string_view to_string(contact_answer answer) noexcept;

/// Why a send was not accepted, or left the queue without an attempt.
enum class send_drop : std::uint8_t {
  expired,      ///< its deadline passed
  cancelled,    ///< by an operator
  queue_full,   ///< as many wait as an account may have
  disk_full,    ///< no room to store it
  store_failed, ///< the store did not take it, or has too much to do
};
inline constexpr std::size_t send_drop_count = 5;
std::string_view to_string(send_drop reason) noexcept;

/// What an actor is.
enum class actor_kind : std::uint8_t {
  fleet_supervisor,
  router,
  bot_host,
  account_supervisor,
  login,
  sync_poller,
  sender,
  inbox_reader,
  media_fetcher,
  contact_operator,
  other, ///< an actor that has no kind here
};
inline constexpr std::size_t actor_kind_count = 11;
std::string_view to_string(actor_kind kind) noexcept;
/// The kind of the actors of that name; `other` for a name that is not known.
actor_kind actor_kind_of(std::string_view name) noexcept;

/// Why an actor of an account was started again.
enum class restart_reason : std::uint8_t {
  exception, ///< it threw or quit
  heartbeat, ///< it did not answer two heartbeats
  requested, ///< the operator asked for it
};
inline constexpr std::size_t restart_reason_count = 3;
std::string_view to_string(restart_reason reason) noexcept;

enum class media_direction : std::uint8_t { download, upload };
inline constexpr std::size_t media_direction_count = 2;
std::string_view to_string(media_direction direction) noexcept;

enum class media_result : std::uint8_t {
  ok,
  failed,    ///< the network or Weixin
  too_large, ///< above the size limit
  disk_full,
  cancelled,
};
inline constexpr std::size_t media_result_count = 5;
std::string_view to_string(media_result result) noexcept;

enum class media_kind : std::uint8_t { image, emoticon, voice, video, file, map, avatar, thumbnail };
inline constexpr std::size_t media_kind_count = 8;
std::string_view to_string(media_kind kind) noexcept;

enum class bot_result : std::uint8_t {
  ok,
  ignored,  ///< no rule applied
  stale,    ///< older than the bot's max_age
  failed,   ///< the bot threw or answered an error
  overload, ///< the bot's queue was full
};
inline constexpr std::size_t bot_result_count = 5;
std::string_view to_string(bot_result result) noexcept;

/// What became of a notification for the operator.
enum class notification_result : std::uint8_t {
  ok,
  failed,  ///< every try failed
  refused, ///< the target does not take it
  dropped, ///< the target's queue was full
};
inline constexpr std::size_t notification_result_count = 4;
std::string_view to_string(notification_result result) noexcept;

/// What a transaction of the store does.
enum class store_access : std::uint8_t { reads, writes };
inline constexpr std::size_t store_access_count = 2;
std::string_view to_string(store_access access) noexcept;

/// What the store drops for its age, or to stay within what it may keep.
enum class dropped_rows : std::uint8_t { messages, sends, state_changes };
inline constexpr std::size_t dropped_rows_count = 3;
std::string_view to_string(dropped_rows rows) noexcept;

enum class tls_result : std::uint8_t {
  full,    ///< certificates were exchanged
  resumed, ///< a session of the same account was still good
  failed,
};
inline constexpr std::size_t tls_result_count = 3;
std::string_view to_string(tls_result result) noexcept;

/// Where the addresses of a host came from.
enum class lookup_result : std::uint8_t { ok, cached, failed };
inline constexpr std::size_t lookup_result_count = 3;
std::string_view to_string(lookup_result result) noexcept;

/// What has a pace of its own in each account (actors/pacing.hpp).
enum class paced_operation : std::uint8_t {
  text,
  media,
  groups,         ///< making, changing and leaving groups
  friends,        ///< requests, accepting, rejecting, remarks, pins
  batch_contacts, ///< webwxbatchgetcontact
};
inline constexpr std::size_t paced_operation_count = 5;
std::string_view to_string(paced_operation operation) noexcept;

/// What an operator may do with friends and groups, and ask of Weixin (actors/contact_operation.hpp).
enum class contact_operation_kind : std::uint8_t {
  friend_accept,
  friend_reject,
  friend_reply, ///< words about a request, before it is decided
  friend_request,
  friend_add, ///< without a request
  contact_remark,
  contact_pin,
  group_create,
  group_add,
  group_remove,
  group_rename,
  group_quit,
  group_details,  ///< names of members that came without one
  contact_search, ///< by Weixin itself
  link_check,
  activity_report,
};
inline constexpr std::size_t contact_operation_kind_count = 16;
std::string_view to_string(contact_operation_kind kind) noexcept;

/// How such an operation ended.
enum class contact_operation_outcome : std::uint8_t {
  confirmed, ///< the change was seen
  answered,  ///< Weixin said yes, and nothing showed the change
  refused,   ///< Weixin said no
  unknown,   ///< no answer came
  expired,   ///< nothing was sent: its time was over, or the session was
};
inline constexpr std::size_t contact_operation_outcome_count = 5;
std::string_view to_string(contact_operation_outcome outcome) noexcept;

/// The number is the gauge's value.
enum class breaker_state : std::uint8_t { closed = 0, half_open = 1, open = 2 };

/// Labels whose values come from other folders and are checked before they are used: a value that was neither
/// built in nor allowed by `registry::allow` is counted as "other".
enum class checked_label : std::uint8_t {
  endpoint,        ///< a call to Weixin; built in: the endpoints of weixin-protocol.md sections 3 to 8
  upstream_result, ///< "ok" or the error's name; built in
  message_type,    ///< built in: what protocol/ tells apart
  method,          ///< HTTP method; built in
  route,           ///< pattern of a served route
  bot,             ///< configured name
  host,            ///< Weixin's host
  notify_target,   ///< configured name
  send_failure,    ///< "expired", "interrupted" or the name of the error that a send ended with; built in
};
inline constexpr std::size_t checked_label_count = 9;

/// The value that stands for everything outside a closed set.
inline constexpr std::string_view other = "other";

/// At most so many values one checked label may have, the built-in ones included. More would be unbounded
/// cardinality.
inline constexpr std::size_t max_label_values = 128;

/// A synccheck retcode as label: 0, 1100, 1101, 1102, 1205 or "other" (weixin-protocol.md 4.5).
std::string_view retcode_label(int retcode) noexcept;
/// A synccheck selector as label: 0, 2, 3, 4, 6, 7 or "other" (weixin-protocol.md 4.5).
std::string_view selector_label(int selector) noexcept;
/// An HTTP status as label: 100 to 599 in digits, else "other".
std::string status_label(int status);

} // namespace weixin::metrics
