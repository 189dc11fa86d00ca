#pragma once

#include "store/outbox_table.hpp"
#include "store/recent_ids.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weixin::store {

/// The bounds of what is remembered of one account.
struct store_limits {
  std::size_t recent_message_ids = 10'000; ///< how far back a repeated message is recognised
  std::size_t unfinished_sends = 10'000;   ///< more are refused with queue_full
  std::size_t settled_sends = 1'000;       ///< older outcomes are forgotten
};

/// The rules of `store`, on plain values in memory, without threads: what both stores have in common.
///
/// Not thread-safe. Every function that names an account fails with account_not_found when there is none.
class tables {
public:
  explicit tables(store_limits limits = {}) : limits_(limits) {}

  std::vector<account_record> list_accounts() const; ///< by name
  bool has_account(const std::string& name) const { return accounts_.contains(name); }
  /// The account's record as it is after a successful `update_account` with `changes`.
  result<account_record> updated(const account_record& changes) const;

  result<void> add_account(account_record account);
  result<void> update_account(const account_record& account);
  result<void> remove_account(const std::string& name);

  result<std::vector<inbound_message>> commit(sync_commit commit);
  result<void> save_session(const std::string& account, std::optional<webwx::session> session);
  result<std::optional<webwx::session>> load_session(const std::string& account) const;

  result<void> enqueue(send_record send);
  result<void> update_send(send_record send);
  result<std::optional<send_record>> find_send(const std::string& account, const std::string& id) const;
  result<std::vector<send_record>> unfinished_sends(const std::string& account) const;

private:
  struct account_rows {
    account_record account;
    recent_ids message_ids;
    std::optional<webwx::session> session;
    outbox_table outbox;
  };

  const account_rows* find(const std::string& name) const;
  account_rows* find(const std::string& name);

  store_limits limits_;
  std::map<std::string, account_rows> accounts_;
};

/// The error for an account that is not there. Its context is the name, which is the operator's own.
error no_such_account(const std::string& name);

} // namespace weixin::store
