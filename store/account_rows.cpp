#include "store/account_rows.hpp"

#include "store/media_rows.hpp"
#include "store/outbox_rows.hpp"
#include "store/settings_rows.hpp"

namespace weixin::store {

namespace {

const char* stored(desired_state state) { return state == desired_state::running ? "running" : "paused"; }

void insert_bots(row_access rows, std::int64_t id, const std::vector<std::string>& bots) {
  std::int64_t position = 0;
  for (const auto& bot : bots)
    rows.use("INSERT INTO account_bot (account, position, bot) VALUES (?, ?, ?)")
        .bind(id, position++, bot)
        .run();
}

} // namespace

std::vector<account_record> load_accounts(row_access rows) {
  std::vector<account_record> accounts;
  auto found = rows.use("SELECT id, name, kind, desired, created_at_ms, uin, held FROM account "
                        "WHERE removed = 0 ORDER BY name");
  while (found.next()) {
    account_record account;
    account.name = found.text(1);
    account.kind = found.text(2);
    account.desired = found.text(3) == "running" ? desired_state::running : desired_state::paused;
    account.created_at = from_stored(found.number(4));
    account.uin = found.number(5);
    account.held = found.text(6);
    auto bots = rows.use("SELECT bot FROM account_bot WHERE account = ? ORDER BY position");
    bots.bind(found.number(0));
    while (bots.next())
      account.bots.push_back(bots.text(0));
    account.media = read_policy(rows, found.number(0));
    auto settings = read_settings(rows, {found.number(0), account.name});
    // Never without its proxy: a name that leads nowhere keeps the account from Weixin until it has one
    // again.
    account.settings =
        settings ? *settings : account_settings{{}, secret{"http://settings-unreadable.invalid:1"}};
    accounts.push_back(std::move(account));
  }
  return accounts;
}

std::optional<std::int64_t> find_account(row_access rows, const std::string& name) {
  auto found = rows.use("SELECT id FROM account WHERE name = ? AND removed = 0");
  if (!found.bind(name).next()) return std::nullopt;
  return found.number(0);
}

result<void> insert_account(row_access rows, const account_record& account) {
  if (find_account(rows, account.name)) return fail(errc::account_exists, account.name);
  rows.use("INSERT INTO account (name, kind, desired, created_at_ms, uin, held) VALUES (?, ?, ?, ?, ?, ?)")
      .bind(account.name, account.kind, stored(account.desired), to_stored(account.created_at), account.uin,
            account.held)
      .run();
  auto id = *find_account(rows, account.name);
  insert_bots(rows, id, account.bots);
  write_policy(rows, id, account.media);
  write_settings(rows, {id, account.name}, account.settings);
  return {};
}

void replace_account(row_access rows, std::int64_t id, const account_record& account) {
  rows.use("UPDATE account SET desired = ?, uin = ?, held = ? WHERE id = ?")
      .bind(stored(account.desired), account.uin, account.held, id)
      .run();
  rows.use("DELETE FROM account_bot WHERE account = ?").bind(id).run();
  insert_bots(rows, id, account.bots);
  write_policy(rows, id, account.media);
  write_settings(rows, {id, account.name}, account.settings);
}

std::vector<std::string> hide_account(row_access rows, std::int64_t id) {
  auto media = erase_media(rows, id);
  for (auto& spooled : read_spooled(rows, id))
    media.push_back(std::move(spooled));
  rows.use("DELETE FROM account_bot WHERE account = ?").bind(id).run();
  erase_settings(rows, id);
  rows.use("DELETE FROM session WHERE account = ?").bind(id).run();
  rows.use("DELETE FROM sync_key WHERE account = ?").bind(id).run();
  rows.use("DELETE FROM position WHERE account = ?").bind(id).run();
  rows.use("DELETE FROM friend_request WHERE account = ?").bind(id).run();
  // No account can have such a name, so the old one is free at once.
  rows.use("UPDATE account SET removed = 1, name = '(removed ' || id || ')', uin = 0, held = '' WHERE id = ?")
      .bind(id)
      .run();
  return media;
}

bool purge_step(row_access rows) {
  std::int64_t id = 0;
  {
    auto found = rows.use("SELECT id FROM account WHERE removed = 1 LIMIT 1");
    if (!found.next()) return false;
    id = found.number(0);
  }
  std::uint64_t most = 0;
  for (const char* sql :
       {"DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox WHERE account = ? LIMIT 500)",
        "DELETE FROM outbox WHERE rowid IN (SELECT rowid FROM outbox WHERE account = ? LIMIT 500)",
        "DELETE FROM contact WHERE account = ?1 AND ref IN (SELECT ref FROM contact WHERE account = ?1 LIMIT "
        "500)",
        "DELETE FROM history WHERE id IN (SELECT id FROM history WHERE account = ? LIMIT 500)"})
    most += rows.use(sql).bind(id).run();
  if (most == 0) rows.use("DELETE FROM account WHERE id = ?").bind(id).run();
  return true;
}

} // namespace weixin::store
