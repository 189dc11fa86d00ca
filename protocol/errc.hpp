#pragma once

#include <cstdint>
#include <string_view>

namespace weixin {

/// What went wrong, grouped by who has to act. Every value has a stable name (errc.cpp) that appears in
/// logs, metrics, admin API answers and history; names never change once released.
enum class errc : std::uint8_t {
  // Try again later: the network or Weixin is in trouble, nobody has to act.
  dns_failed,       ///< the name did not resolve
  connect_failed,   ///< no TCP connection
  proxy_failed,     ///< the account's proxy did not let the connection through; the context says why
  tls_failed,       ///< handshake or certificate check failed; the context names the host
  timed_out,        ///< a deadline passed
  connection_lost,  ///< reset or closed in the middle of an exchange
  http_status,      ///< a status the call does not expect; `error::ret` holds it
  malformed_answer, ///< the body is not what the endpoint answers with
  answer_too_large, ///< header or body above the limit of the endpoint
  server_error,     ///< Weixin says Ret -1, or an unknown code
  breaker_open,     ///< the host failed too often, no call was made
  cancelled,        ///< the caller gave up (stop, restart) before an answer came
  // Slow down.
  too_frequent, ///< Ret 1205
  // A new login is needed.
  session_ended,   ///< 1100, 1101 or 1102; `error::ret` holds which
  ticket_rejected, ///< Ret -14
  login_expired,   ///< the QR code ran out (400, 500, 0 or an unknown code)
  login_cancelled, ///< 202: the person pressed cancel
  login_refused,   ///< the login page's XML holds another non-zero ret
  // The operator has to act.
  barred,           ///< 1203: the account or the environment may not log in on the web
  host_not_allowed, ///< a host or address outside the table: never connected to
  kicked,           ///< ended right after a login, or three times in an hour
  different_user,   ///< another user than before scanned this account's code
  duplicate_user,   ///< the user is already served under another account name
  // The caller's request is wrong.
  rejected_request,  ///< Ret 1, -2 or 1200: Weixin does not take this request
  not_a_friend,      ///< Ret 1204: this recipient cannot be written to
  contact_not_found, ///< no contact of that reference or name
  contact_ambiguous, ///< several contacts of that name
  target_lost,       ///< the recipient of a queued send is not known to the present session
  account_not_found,
  account_exists,
  invalid_name, ///< an account name that does not match [a-z0-9][a-z0-9-]{0,62}
  unknown_bot,
  invalid_argument,     ///< any other value that is not acceptable; the context says which and why
  idempotency_conflict, ///< the key was used before for another request
  send_not_found,
  operation_not_found,      ///< no operation of that id is remembered
  friend_request_not_found, ///< none of that id waits for a decision
  unauthorized,             ///< no token, or one that is not known, revoked or expired
  forbidden_scope,          ///< the token does not allow it
  code_rejected,            ///< a sign-in code that is not known, used or expired
  token_not_found,          ///< no token of that id
  member_not_found,         ///< a group has no such member
  wrong_kind,               ///< a contact of another kind than the call works on; the context says which
  plan_changed,             ///< the accounts changed since the plan that the caller confirmed
  restart_needed,           ///< keys of the configuration that only a restart changes; the context names them
  wrong_state,              ///< the send is in a state that does not allow it; the context says which
  file_exists,              ///< the file to be written is there already, and is left as it is
  message_not_found,        ///< no received message of that number
  media_not_found,          ///< the message has no such medium
  media_not_ready,          ///< the medium was not fetched, or not yet
  media_failed,             ///< the medium could not be fetched; the context says why
  media_not_allowed,        ///< the account's policy is to fetch nothing
  file_missing,             ///< a file of the media store is not there any more
  queue_full,               ///< of sends or accounts: the caller asked for more than its share
  body_too_large,
  disk_full,
  not_online,       ///< needs a session and there is none
  not_forwardable,  ///< a received message that cannot be sent on
  unsupported_file, ///< the bytes are not what the kind of the message needs
  path_not_allowed, ///< outside of the directories that files may be sent from
  file_empty,
  file_gone,    ///< there is no such file any more
  file_changed, ///< it grew, shrank or was written while it was read
  too_late,     ///< the message can no longer be taken back
  // This machine or its files.
  store_failed,
  store_busy,      ///< too many calls wait for the store: try again soon
  store_corrupt,   ///< the database cannot be read; it was left untouched
  store_newer,     ///< written by a newer version; it was left untouched
  data_dir_in_use, ///< another weixind runs on it
  config_invalid,
  io_failed,
  // A bug of ours.
  internal,
};

inline constexpr int errc_count = static_cast<int>(errc::internal) + 1;

/// The stable name, for example "timed_out".
std::string_view to_string(errc code) noexcept;

/// True for what heals without a new login and without a person: the classes "try again later" and 1205.
bool is_transient(errc code) noexcept;

} // namespace weixin
