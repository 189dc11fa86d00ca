#include "store/tables.hpp"

#include <utility>

namespace weixin::store {

error no_such_account(const std::string& name) { return fail(errc::account_not_found, name); }

const tables::account_rows* tables::find(const std::string& name) const {
  auto at = accounts_.find(name);
  return at == accounts_.end() ? nullptr : &at->second;
}

tables::account_rows* tables::find(const std::string& name) {
  auto at = accounts_.find(name);
  return at == accounts_.end() ? nullptr : &at->second;
}

std::vector<account_record> tables::list_accounts() const {
  std::vector<account_record> list;
  list.reserve(accounts_.size());
  for (const auto& [name, rows] : accounts_)
    list.push_back(rows.account);
  return list;
}

result<account_record> tables::updated(const account_record& changes) const {
  const auto* rows = find(changes.name);
  if (!rows) return no_such_account(changes.name);
  auto account = rows->account;
  account.bots = changes.bots;
  account.desired = changes.desired;
  account.uin = changes.uin;
  return account;
}

result<void> tables::add_account(account_record account) {
  if (has_account(account.name)) return fail(errc::account_exists, account.name);
  // Milliseconds are what every store keeps, so that a record reads the same before and after a restart.
  account.created_at = std::chrono::floor<std::chrono::milliseconds>(account.created_at);
  auto name = account.name;
  accounts_.emplace(std::move(name),
                    account_rows{std::move(account), recent_ids{limits_.recent_message_ids}, std::nullopt,
                                 outbox_table{limits_.unfinished_sends, limits_.settled_sends}});
  return {};
}

result<void> tables::update_account(const account_record& account) {
  auto changed = updated(account);
  if (!changed) return changed.error();
  find(account.name)->account = std::move(*changed);
  return {};
}

result<void> tables::remove_account(const std::string& name) {
  if (accounts_.erase(name) == 0) return no_such_account(name);
  return {};
}

result<std::vector<inbound_message>> tables::commit(sync_commit commit) {
  auto* rows = find(commit.account);
  if (!rows) return no_such_account(commit.account);
  std::vector<inbound_message> fresh;
  for (auto& message : commit.messages)
    if (rows->message_ids.add(message.msg_id)) fresh.push_back(std::move(message));
  rows->session = std::move(commit.session);
  return fresh;
}

result<void> tables::save_session(const std::string& account, std::optional<webwx::session> session) {
  auto* rows = find(account);
  if (!rows) return no_such_account(account);
  rows->session = std::move(session);
  return {};
}

result<std::optional<webwx::session>> tables::load_session(const std::string& account) const {
  const auto* rows = find(account);
  if (!rows) return no_such_account(account);
  return rows->session;
}

result<void> tables::enqueue(send_record send) {
  auto* rows = find(send.account);
  if (!rows) return no_such_account(send.account);
  return rows->outbox.add(std::move(send));
}

result<void> tables::update_send(send_record send) {
  auto* rows = find(send.account);
  if (!rows) return no_such_account(send.account);
  return rows->outbox.update(std::move(send));
}

result<std::optional<send_record>> tables::find_send(const std::string& account,
                                                     const std::string& id) const {
  const auto* rows = find(account);
  if (!rows) return no_such_account(account);
  return rows->outbox.find(id);
}

result<std::vector<send_record>> tables::unfinished_sends(const std::string& account) const {
  const auto* rows = find(account);
  if (!rows) return no_such_account(account);
  return rows->outbox.unfinished();
}

} // namespace weixin::store
