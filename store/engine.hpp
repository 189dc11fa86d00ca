#pragma once

#include "store/connection.hpp"
#include "store/database_options.hpp"
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
  enum class stage { clock, inbox_age, inbox_bytes, outbox, history_age, history_count, removed, done };

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
  result<void> add_media(const std::string& account, const std::string& media_id);

  result<accepted_send> enqueue(const send_record& send);
  result<void> update_send(const send_record& send);
  result<std::optional<send_record>> find_send(const std::string& account, const std::string& id);
  result<std::vector<send_record>> unfinished_sends(const std::string& account);
  result<std::vector<send_record>> list_sends(const outbox_query& wanted);

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
  };

  known_account* find(const std::string& name);
  result<void> keep_contacts(known_account& account, const std::vector<contact_record>& contacts);
  bool for_next_account(upkeep_progress& progress);

  connection db_;
  sealer seal_;
  store_limits limits_;
  /// What is in the database, remembered. Forgotten when a transaction is undone.
  std::unordered_map<std::string, known_account> known_;
  std::optional<std::int64_t> last_seq_;
  std::uint64_t unreadable_ = 0;
};

/// The error for an account that is not there. Its context is the name, which is the operator's own.
error no_such_account(const std::string& name);

} // namespace weixin::store
