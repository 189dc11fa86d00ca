#pragma once

#include "store/store.hpp"
#include "store/tables.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>

namespace weixin::store {

/// The calls of `store`, for switching one to fail.
enum class store_call {
  list_accounts,
  add_account,
  update_account,
  remove_account,
  commit,
  save_session,
  load_session,
  enqueue,
  update_send,
  find_send,
  unfinished_sends,
};
inline constexpr std::size_t store_call_count = 11;

/// Everything in memory, by the same rules as the store on disk; for tests in virtual time.
///
/// Every `done` is called before the call returns, on the caller's thread, with no lock held: it may call
/// again. Any thread.
class memory_store final : public store {
public:
  explicit memory_store(store_limits limits = {}) : tables_(limits) {}

  /// The next call of that kind changes nothing and answers `e`. Several switches are used up one by one.
  void fail_next(store_call call, error e);
  /// How many calls of that kind there were, failed ones included.
  std::size_t calls(store_call call) const;

  void list_accounts(callback<std::vector<account_record>> done) override;
  void add_account(account_record account, callback<void> done) override;
  void update_account(account_record account, callback<void> done) override;
  void remove_account(std::string name, callback<void> done) override;
  void commit(sync_commit commit, callback<std::vector<inbound_message>> done) override;
  void save_session(std::string account, std::optional<webwx::session> session, callback<void> done) override;
  void load_session(std::string account, callback<std::optional<webwx::session>> done) override;
  void enqueue(send_record send, callback<void> done) override;
  void update_send(send_record send, callback<void> done) override;
  void find_send(std::string account, std::string id, callback<std::optional<send_record>> done) override;
  void unfinished_sends(std::string account, callback<std::vector<send_record>> done) override;

private:
  struct switchboard {
    std::size_t calls = 0;
    std::deque<error> failures;
  };

  template <class T, class Work>
  void run(store_call call, callback<T>& done, Work work);

  mutable std::mutex mutex_;
  tables tables_;
  std::array<switchboard, store_call_count> calls_;
};

} // namespace weixin::store
