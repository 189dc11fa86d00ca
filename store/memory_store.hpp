#pragma once

#include "store/database_options.hpp"
#include "store/store.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

namespace weixin::store {

/// The calls of `store`, for switching one to fail.
enum class store_call {
  list_accounts,
  add_account,
  update_account,
  remove_account,
  edit_accounts,
  append_history,
  read_history,
  commit,
  save_session,
  load_session,
  read_inbox,
  inbox_positions_of,
  save_position,
  save_contacts,
  load_contacts,
  find_message,
  want_media,
  waiting_media,
  keep_media,
  note_media,
  find_media,
  unknown_media_files,
  load_friend_requests,
  remove_friend_request,
  enqueue,
  update_send,
  find_send,
  unfinished_sends,
  find_sent,
  spooled_files,
  list_sends,
  list_tokens,
  add_token,
  remove_token,
  note_token_use,
  append_audit,
  read_audit,
  probe,
  upkeep,
  backup,
  check,
};
inline constexpr std::size_t store_call_count = static_cast<std::size_t>(store_call::check) + 1;

/// Whether a call changes what is stored.
bool is_write(store_call call) noexcept;

/// What memory stores keep: the same tables as on disk. It outlives the stores that use it, as a file
/// outlives a process.
class memory_database {
public:
  explicit memory_database(store_limits limits = {});
  ~memory_database();
  memory_database(const memory_database&) = delete;
  memory_database& operator=(const memory_database&) = delete;

private:
  friend class memory_store;
  struct state;
  std::unique_ptr<state> state_;
};

/// Everything in memory, by the same rules as the store on disk; for tests in virtual time.
///
/// Every `done` is called before the call returns, on the caller's thread, with no lock held: it may call
/// again. Any thread.
class memory_store final : public store {
public:
  explicit memory_store(store_limits limits = {});
  /// A store over what another one kept: the next start of a server.
  explicit memory_store(std::shared_ptr<memory_database> database);
  const std::shared_ptr<memory_database>& database() const noexcept { return database_; }

  /// The next call of that kind changes nothing and answers `e`. Several switches are used up one by one.
  /// disk_full for a write sets `health().accepting` to false.
  void fail_next(store_call call, error e);
  /// From now on every call that writes, probes included, changes nothing and answers `e`; until nullopt.
  void fail_writes(std::optional<error> e);
  /// How many calls of that kind there were, failed ones included.
  std::size_t calls(store_call call) const;
  /// How many calls that write there were, of all kinds, failed ones included.
  std::size_t writes() const;

  enum class crash_point { before, after };
  /// The server dies at the `nth` call that writes from now on (1: the next one), before or after it is
  /// stored: that call and all later ones are never answered and change nothing more. Go on with a new store
  /// over the same database.
  void crash_at(std::size_t nth, crash_point point);
  bool crashed() const;

  void list_accounts(callback<std::vector<account_record>> done) override;
  void add_account(account_record account, callback<void> done) override;
  void update_account(account_record account, callback<void> done) override;
  void remove_account(std::string name, callback<std::vector<std::string>> done) override;
  void edit_accounts(account_editor decide, callback<std::vector<std::string>> done) override;
  void append_history(std::string account, state_change change, callback<void> done) override;
  void read_history(std::string account, std::int64_t after, std::size_t limit,
                    callback<std::vector<state_change>> done) override;
  void commit(sync_commit commit, callback<std::vector<appended_message>> done) override;
  void save_session(std::string account, std::optional<webwx::session> session, callback<void> done) override;
  void load_session(std::string account, callback<std::optional<webwx::session>> done) override;
  void read_inbox(inbox_query query, callback<std::vector<stored_message>> done) override;
  void inbox_positions_of(std::string account, callback<inbox_positions> done) override;
  void save_position(std::string account, std::string consumer, std::int64_t seq,
                     callback<void> done) override;
  void save_contacts(std::string account, std::vector<contact_record> contacts, callback<void> done) override;
  void load_contacts(std::string account, callback<std::vector<contact_record>> done) override;
  void load_friend_requests(std::string account, callback<std::vector<friend_request_record>> done) override;
  void remove_friend_request(std::string account, std::string id, callback<void> done) override;
  void find_message(std::string account, std::string msg_id,
                    callback<std::optional<stored_message>> done) override;
  void want_media(std::string account, media_record wanted, callback<media_record> done) override;
  void waiting_media(std::string account, std::size_t limit,
                     callback<std::vector<media_record>> done) override;
  void keep_media(std::string account, media_record record, media_quota quota,
                  callback<kept_media> done) override;
  void note_media(std::string account, media_record record, callback<void> done) override;
  void find_media(std::string account, std::string owner, callback<std::vector<media_record>> done) override;
  void unknown_media_files(std::vector<std::string> files, callback<std::vector<std::string>> done) override;
  void enqueue(send_record send, callback<accepted_send> done) override;
  void update_send(send_record send, callback<void> done) override;
  void find_send(std::string account, std::string id, callback<std::optional<send_record>> done) override;
  void unfinished_sends(std::string account, callback<std::vector<send_record>> done) override;
  void find_sent(std::string account, std::string msg_id, callback<std::optional<send_record>> done) override;
  void spooled_files(callback<std::vector<std::string>> done) override;
  void list_sends(outbox_query query, callback<std::vector<send_record>> done) override;
  void list_tokens(callback<std::vector<token_record>> done) override;
  void add_token(token_record token, callback<void> done) override;
  void remove_token(std::string id, callback<void> done) override;
  void note_token_use(std::string id, wall_time at, callback<void> done) override;
  void append_audit(audit_record row, callback<void> done) override;
  void read_audit(std::int64_t after, std::size_t limit, callback<std::vector<audit_record>> done) override;
  void probe(callback<void> done) override;
  void upkeep(wall_time now, retention keep, callback<upkeep_report> done) override;
  void backup(std::filesystem::path file, callback<void> done) override;
  void check(callback<check_report> done) override;
  store_health health() const override;
  secret derived_key(std::string_view purpose) const override;

private:
  struct switchboard {
    std::size_t calls = 0;
    std::deque<error> failures;
  };
  enum class fate { carry_out, crash_before, crash_after };

  template <class T, class Work>
  void run(store_call call, callback<T>& done, Work work);
  /// What the switches say to this call.
  fate judge(store_call call, std::optional<error>& failure);

  std::shared_ptr<memory_database> database_;
  mutable std::mutex mutex_;
  std::array<switchboard, store_call_count> calls_;
  std::optional<error> write_failure_;
  std::size_t writes_ = 0;
  std::size_t crash_at_ = 0; ///< the count of writes at which it dies; 0: never
  crash_point crash_point_ = crash_point::before;
  bool crashed_ = false;
  bool accepting_ = true;
};

} // namespace weixin::store
