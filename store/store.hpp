#pragma once

#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::store {

using wall_time = std::chrono::system_clock::time_point;

/// What the operator wants. Wins over any automation.
enum class desired_state { running, paused };

/// One configured account: what survives everything else.
struct account_record {
  std::string name; ///< never changes; [a-z0-9][a-z0-9-]{0,62}
  std::string kind = "webwx";
  std::vector<std::string> bots;
  desired_state desired = desired_state::running;
  wall_time created_at{};
  /// The user that this account belongs to since its first login; 0 before. Another one is `different_user`.
  std::int64_t uin = 0;
};

/// One received message as Weixin sent it.
struct inbound_message {
  std::string msg_id; ///< decimal; unique within an account (weixin-protocol.md 7.1)
  std::string raw;    ///< the AddMsgList entry, JSON
};

/// What one webwxsync yields: it is stored as a whole or not at all.
struct sync_commit {
  std::string account;
  std::vector<inbound_message> messages;
  webwx::session session; ///< both sync keys, cookies and skey as they are after this sync
};

enum class send_state { queued, attempting, sent, refused, unknown, expired };
std::string_view to_string(send_state state) noexcept;

/// One accepted send.
struct send_record {
  std::string id; ///< ours, unique in the server, "s-" and 26 characters, ascending in time
  std::string account;
  std::string to; ///< a contact reference, never a session's UserName
  std::string text;
  std::string client_msg_id; ///< 17 digits, ascending within an account (weixin-protocol.md 1.2)
  send_state state = send_state::queued;
  std::string msg_id; ///< Weixin's, once sent
  std::string error;  ///< stable code, when refused, unknown or expired
  wall_time created_at{};
  wall_time updated_at{};
};

/// Everything that must outlive an actor, behind one interface.
///
/// Calls return at once and may come from any thread. `done` is called exactly once, on the store's own
/// thread or before the call returns (actors wrap it so that it arrives as a message). Calls that need the
/// disk are done in their order; so are the calls of one account, if each waits for the answer of the one
/// before. Errors: store_failed, disk_full, queue_full (bounds: 10,000 unfinished sends an account),
/// account_exists, account_not_found (from every call that names an account there is none of),
/// invalid_argument.
class store {
public:
  template <class T>
  using callback = std::function<void(result<T>)>;

  virtual ~store() = default;

  virtual void list_accounts(callback<std::vector<account_record>> done) = 0;
  virtual void add_account(account_record account, callback<void> done) = 0;
  /// Replaces bots, desired state and uin of an existing account.
  virtual void update_account(account_record account, callback<void> done) = 0;
  /// Forgets the account and all that belongs to it.
  virtual void remove_account(std::string name, callback<void> done) = 0;

  /// Appends the messages, the sync keys and the session in one transaction. Answers the messages that were
  /// new: those whose msg_id the account had stored before are dropped.
  virtual void commit(sync_commit commit, callback<std::vector<inbound_message>> done) = 0;
  /// Replaces the session outside a sync (after a login; nullopt after it ended).
  virtual void save_session(std::string account, std::optional<webwx::session> session,
                            callback<void> done) = 0;
  virtual void load_session(std::string account, callback<std::optional<webwx::session>> done) = 0;

  /// Stores a new send as `queued`; from then on it has exactly one state. An id that is empty or taken is
  /// refused with invalid_argument.
  virtual void enqueue(send_record send, callback<void> done) = 0;
  /// Moves a send to another state. `msg_id`, `error` and `updated_at` replace the stored ones,
  /// `client_msg_id` when it is not empty. What is sent, refused or expired stays so: another state is
  /// refused with invalid_argument, as is an unknown id.
  virtual void update_send(send_record send, callback<void> done) = 0;
  /// Nothing for an id that is unknown; outcomes are forgotten when an account has more than 1,000.
  virtual void find_send(std::string account, std::string id, callback<std::optional<send_record>> done) = 0;
  /// The account's sends that are not settled (queued or attempting), oldest first.
  virtual void unfinished_sends(std::string account, callback<std::vector<send_record>> done) = 0;
};

} // namespace weixin::store
