#pragma once

#include "store/connection.hpp"
#include "store/database_options.hpp"
#include "store/media_rows.hpp"
#include "store/outbox_rows.hpp"
#include "store/rows.hpp"
#include "store/seal.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace weixin::store {

/// How far an upkeep is.
struct upkeep_progress {
  enum class stage {
    clock,
    inbox_age,
    inbox_bytes,
    outbox,
    history_age,
    history_count,
    audit_age,
    audit_count,
    media_age,
    media_links,
    media_of_accounts,
    media_of_all,
    removed,
    sizes,
    done
  };

  upkeep_progress(wall_time t, retention r) : now(t), keep(r) {}

  wall_time now;
  wall_time reached{}; ///< the latest time that upkeep ever went by
  retention keep;
  stage at = stage::clock;
  std::int64_t position = 0; ///< within the stage: a seq, or an account's number
  upkeep_report report;
};

/// The rules of `store`, on one database connection: what every store has in common. Synchronous; one thread
/// at a time. Internal to store/.
///
/// Calls stand between `begin` and `commit`. An error in a result is a refusal: it changed nothing, and the
/// transaction goes on. When SQLite fails, calls throw SQLite::Exception; then the transaction is to be
/// rolled back.
class engine {
public:
  engine(std::unique_ptr<SQLite::Database> db, sealer seal, store_limits limits);

  /// With `writes` the database's write lock is taken, so that no later statement has to wait for it.
  void begin(bool writes);
  void commit();
  void roll_back() noexcept;

  std::vector<account_record> list_accounts();
  result<void> add_account(const account_record& account);
  result<void> update_account(const account_record& account);
  /// Takes the account out of sight; `purge` erases the rest.
  result<std::vector<std::string>> remove_account(const std::string& name);
  /// See `store`; `purge` erases what is left of the removed ones.
  result<std::vector<std::string>> edit_accounts(const account_editor& decide);
  /// Erases a bounded part of what removed accounts left. True while there may be more.
  bool purge();
  /// Whether there is something for `purge`.
  bool has_removed();
  result<void> append_history(const std::string& account, const state_change& change);
  result<std::vector<state_change>> read_history(const std::string& account, std::int64_t after,
                                                 std::size_t limit);

  result<std::vector<appended_message>> commit_sync(const sync_commit& sync);
  result<void> save_session(const std::string& account, const std::optional<webwx::session>& session);
  result<std::optional<webwx::session>> load_session(const std::string& account);
  result<std::vector<stored_message>> read_inbox(const inbox_query& wanted);
  result<inbox_positions> inbox_positions_of(const std::string& account);
  result<void> save_position(const std::string& account, const std::string& consumer, std::int64_t seq);
  result<void> save_contacts(const std::string& account, const std::vector<contact_record>& contacts);
  result<std::vector<contact_record>> load_contacts(const std::string& account);
  result<std::vector<friend_request_record>> load_friend_requests(const std::string& account);
  result<void> remove_friend_request(const std::string& account, const std::string& id);
  result<std::optional<stored_message>> find_message(const std::string& account, const std::string& msg_id);

  // engine_access.cpp
  std::vector<token_record> list_tokens();
  result<void> add_token(const token_record& token);
  result<void> remove_token(const std::string& id);
  result<void> note_token_use(const std::string& id, wall_time at);
  void append_audit(const audit_record& row);
  std::vector<audit_record> read_audit(std::int64_t after, std::size_t limit);

  // engine_media.cpp
  result<media_record> want_media(const std::string& account, const media_record& wanted);
  result<std::vector<media_record>> waiting_media(const std::string& account, std::size_t limit);
  result<kept_media> keep_media(const std::string& account, const media_record& record, media_quota quota);
  result<void> note_media(const std::string& account, const media_record& record);
  result<std::vector<media_record>> find_media(const std::string& account, const std::string& owner);
  std::vector<std::string> unknown_media_files(const std::vector<std::string>& files);
  /// Of all contents; nothing as long as nobody asked for a sum.
  std::optional<std::uint64_t> known_media_bytes() const noexcept { return media_bytes_; }
  std::uint64_t media_bytes();

  result<accepted_send> enqueue(const send_record& send);
  result<void> update_send(const send_record& send);
  result<std::optional<send_record>> find_send(const std::string& account, const std::string& id);
  result<std::vector<send_record>> unfinished_sends(const std::string& account);
  result<std::vector<send_record>> list_sends(const outbox_query& wanted);

  result<std::optional<send_record>> find_sent(const std::string& account, const std::string& msg_id);
  std::vector<std::string> spooled_files();

  /// Writes some pages and frees them again.
  void probe();
  /// Carries out a bounded part of an upkeep; false when it is done.
  bool upkeep(upkeep_progress& progress);

  /// Rows that could not be unsealed so far.
  std::uint64_t unreadable() const noexcept { return unreadable_; }
  row_access rows() noexcept { return {db_, seal_}; }
  SQLite::Database& database() noexcept { return db_.database(); }
  const sealer& seals() const noexcept { return seal_; }

private:
  struct known_account {
    account_ref ref;
    std::optional<std::size_t> unfinished; ///< sends, once counted
    std::optional<std::size_t> contacts;   ///< at most so many
    std::optional<std::uint64_t> media;    ///< bytes of media, once counted
    /// Unfinished sends that were written by this engine, by their id: at most `unfinished_sends`.
    std::unordered_map<std::string, send_row> open_sends;
  };

  known_account* find(const std::string& name);
  std::optional<send_row> row_of_send(known_account& account, const std::string& id);
  result<void> keep_contacts(known_account& account, const std::vector<contact_record>& contacts);
  bool for_next_account(upkeep_progress& progress);
  bool upkeep_of_media(upkeep_progress& progress);
  bool upkeep_of_audit(upkeep_progress& progress);

  /// What dropping media came to.
  struct media_drops {
    std::uint64_t links = 0;
    std::vector<std::string> files;
  };
  void release(const held_link& link, const char* why, wall_time now, media_drops& drops);
  /// A content that may be nobody's any more.
  void let_go(std::int64_t content, std::vector<std::string>& files);
  /// Drops the oldest of an account (0: of all) until `bytes` hold or `most` are dropped, never one of
  /// `spared`. True when there may be more to drop.
  bool make_room(std::int64_t account, std::uint64_t bytes, std::size_t most, std::int64_t spared,
                 wall_time now, media_drops& drops);
  std::uint64_t media_bytes_of_account(std::int64_t account);
  known_account* known_by_id(std::int64_t account) noexcept;

  connection db_;
  sealer seal_;
  store_limits limits_;
  /// What is in the database, remembered. Forgotten when a transaction is undone.
  std::unordered_map<std::string, known_account> known_;
  std::optional<std::int64_t> last_seq_;
  std::optional<std::uint64_t> media_bytes_;
  std::uint64_t unreadable_ = 0;
};

/// The error for an account that is not there. Its context is the name, which is the operator's own.
error no_such_account(const std::string& name);
/// The time before which something is too old; never before the epoch.
wall_time before(wall_time now, std::chrono::hours age);

} // namespace weixin::store
