#pragma once

#include "protocol/result.hpp"
#include "store/records.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weixin::store {

/// Everything that must outlive an actor, behind one interface.
///
/// Calls return at once and may come from any thread. `done` is called exactly once, on the store's own
/// thread or before the call returns (actors wrap it so that it arrives as a message); when it reports
/// success, the change is durable in the sense of `store.durability`. Calls are done in their order.
/// Errors of every call: store_failed, store_corrupt, disk_full, store_busy (too many calls wait), and
/// account_not_found where it names an account there is none of.
class store {
public:
  template <class T>
  using callback = std::function<void(result<T>)>;

  virtual ~store() = default;

  // -- accounts
  virtual void list_accounts(callback<std::vector<account_record>> done) = 0; ///< by name
  /// Error: account_exists.
  virtual void add_account(account_record account, callback<void> done) = 0;
  /// Replaces bots, desired state, uin and held of an existing account.
  virtual void update_account(account_record account, callback<void> done) = 0;
  /// Erases the account and all that belongs to it, also from the write-ahead log. Answers the ids of its
  /// media and spool files, which the caller removes. The account is gone with the first of its transactions;
  /// the answer comes after the last, with many rows later than those of calls made meanwhile. What a failure
  /// or the end of the process leaves is erased by the next start or upkeep.
  virtual void remove_account(std::string name, callback<std::vector<std::string>> done) = 0;
  /// Adds, replaces and removes accounts in one transaction: all of it or nothing, and nobody changes an
  /// account between what `decide` is shown and what it decides. Answers the ids of media and spool files of
  /// the removed accounts; what else they had is erased after the answer, in turns. Errors besides those of
  /// `decide`: account_exists, account_not_found when it names accounts that it was not shown.
  virtual void edit_accounts(account_editor decide, callback<std::vector<std::string>> done) = 0;
  virtual void append_history(std::string account, state_change change, callback<void> done) = 0;
  /// State changes with an id above `after`, oldest first, at most `limit` (at most 1,000); with `after` 0
  /// the newest `limit`, and with a negative one the oldest.
  virtual void read_history(std::string account, std::int64_t after, std::size_t limit,
                            callback<std::vector<state_change>> done) = 0;

  // -- session and inbox
  /// Appends the messages, the sync keys, the session if given, and the contacts in one transaction. Answers
  /// the messages that were new, in their order: those whose msg_id the account had stored before are
  /// dropped.
  virtual void commit(sync_commit commit, callback<std::vector<appended_message>> done) = 0;
  /// Replaces the session, keys included, outside a sync (after a login; nullopt after it ended).
  virtual void save_session(std::string account, std::optional<webwx::session> session,
                            callback<void> done) = 0;
  /// Nothing when there is none. Error: store_corrupt when it cannot be unsealed (another key, a damaged
  /// row).
  virtual void load_session(std::string account, callback<std::optional<webwx::session>> done) = 0;
  virtual void read_inbox(inbox_query query, callback<std::vector<stored_message>> done) = 0;
  /// One message with its raw entry; nothing when the account has none of that msg_id, or dropped it. Error:
  /// store_corrupt when it cannot be unsealed.
  virtual void find_message(std::string account, std::string msg_id,
                            callback<std::optional<stored_message>> done) = 0;
  virtual void inbox_positions_of(std::string account, callback<inbox_positions> done) = 0;
  /// Moves a consumer's position; it never goes back.
  virtual void save_position(std::string account, std::string consumer, std::int64_t seq,
                             callback<void> done) = 0;
  /// Adds records and replaces those with the same ref. Bound: 40,000 an account, the one seen longest ago
  /// makes room.
  virtual void save_contacts(std::string account, std::vector<contact_record> contacts,
                             callback<void> done) = 0;
  virtual void load_contacts(std::string account, callback<std::vector<contact_record>> done) = 0;
  /// Those that wait for a decision, oldest first. Bound: 1,000 an account, the oldest makes room.
  virtual void load_friend_requests(std::string account,
                                    callback<std::vector<friend_request_record>> done) = 0;
  /// It is decided. Error: friend_request_not_found.
  virtual void remove_friend_request(std::string account, std::string id, callback<void> done) = 0;

  // -- media
  /// Notes that a medium is to be fetched: a new record waits, and so does one again that failed or was
  /// dropped; one that waits or is available stays as it is. Answers the record as it is then.
  virtual void want_media(std::string account, media_record wanted, callback<media_record> done) = 0;
  /// The account's media that wait, those that wait longest first.
  virtual void waiting_media(std::string account, std::size_t limit,
                             callback<std::vector<media_record>> done) = 0;
  /// Notes that the medium's content is in a file of media_files: adds or replaces its record. A content that
  /// is stored already is shared. Then the oldest media make room until the quota holds. Errors:
  /// body_too_large when the content alone is above the quota; invalid_argument without content.
  virtual void keep_media(std::string account, media_record record, media_quota quota,
                          callback<kept_media> done) = 0;
  /// Replaces state, error, attempts and time of a record that waits or failed; without effect on others.
  virtual void note_media(std::string account, media_record record, callback<void> done) = 0;
  /// All media of that owner, by part.
  virtual void find_media(std::string account, std::string owner,
                          callback<std::vector<media_record>> done) = 0;
  /// Which of these files hold no content that the store knows of.
  virtual void unknown_media_files(std::vector<std::string> files,
                                   callback<std::vector<std::string>> done) = 0;

  // -- outbox
  /// Stores a new send, whose state is `queued` or `attempting`; from then on it has exactly one state.
  /// Errors: queue_full (10,000 unfinished sends an account); invalid_argument (an id that is empty or
  /// taken, another state, a key above 255 bytes); idempotency_conflict (the key was used for another
  /// recipient or content).
  virtual void enqueue(send_record send, callback<accepted_send> done) = 0;
  /// Moves a send to another state. State, msg_id, error, updated_at, attempts and expires_at replace the
  /// stored ones, client_msg_id when it is not empty. Errors: wrong_state when `may_follow` says no;
  /// send_not_found; queue_full when a settled send is to be queued again and 10,000 are unfinished.
  virtual void update_send(send_record send, callback<void> done) = 0;
  virtual void find_send(std::string account, std::string id, callback<std::optional<send_record>> done) = 0;
  /// The account's sends that are not settled (queued or attempting), oldest first.
  virtual void unfinished_sends(std::string account, callback<std::vector<send_record>> done) = 0;
  /// The newest send that Weixin took under that MsgID; nothing when there is none. Looks at all of the
  /// account's sends: for what a person asks now and then.
  virtual void find_sent(std::string account, std::string msg_id,
                         callback<std::optional<send_record>> done) = 0;
  /// The spool files of all sends that are not settled; the others are nobody's.
  virtual void spooled_files(callback<std::vector<std::string>> done) = 0;
  virtual void list_sends(outbox_query query, callback<std::vector<send_record>> done) = 0; ///< by id

  // -- access
  virtual void list_tokens(callback<std::vector<token_record>> done) = 0; ///< by id
  /// Error: queue_full (`max_tokens`).
  virtual void add_token(token_record token, callback<void> done) = 0;
  /// Error: token_not_found.
  virtual void remove_token(std::string id, callback<void> done) = 0;
  /// Error: token_not_found.
  virtual void note_token_use(std::string id, wall_time at, callback<void> done) = 0;
  virtual void append_audit(audit_record row, callback<void> done) = 0;
  /// Rows with an id above `after`, oldest first, at most `limit` (at most 1,000); with `after` 0 the newest
  /// `limit`, and with a negative one the oldest.
  virtual void read_audit(std::int64_t after, std::size_t limit,
                          callback<std::vector<audit_record>> done) = 0;

  // -- upkeep
  /// Writes and takes back a little: whether the store takes writes again. Success sets
  /// `health().accepting`.
  virtual void probe(callback<void> done) = 0;
  /// Drops what is older or more than the retention allows. In turns, between which other calls are done. One
  /// upkeep goes by a clock that is at most a day ahead of the one before: a wall clock that is wrong for an
  /// hour does not empty the store.
  virtual void upkeep(wall_time now, retention keep, callback<upkeep_report> done) = 0;
  /// Writes a consistent copy of the database to a file that must not exist yet, while the store goes on.
  /// Errors: file_exists, io_failed, disk_full.
  virtual void backup(std::filesystem::path file, callback<void> done) = 0;
  /// Reads everything and tells what is damaged. Slow; other calls wait meanwhile for at most one account.
  virtual void check(callback<check_report> done) = 0;
  virtual store_health health() const = 0;
  /// 32 bytes that hang on the data directory's key and on `purpose`: the same over restarts, and nothing
  /// that is stored tells them. Any thread.
  virtual secret derived_key(std::string_view purpose) const = 0;
};

} // namespace weixin::store
