#include "store/account_rows.hpp"

#include "store/tables.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace weixin::store {

namespace {

const char* stored(desired_state state) { return state == desired_state::running ? "running" : "paused"; }

void insert_bots(SQLite::Database& db, const account_record& account) {
  SQLite::Statement insert{db, "INSERT INTO account_bot (account, position, bot) VALUES (?, ?, ?)"};
  std::int64_t position = 0;
  for (const auto& bot : account.bots) {
    insert.bind(1, account.name);
    insert.bind(2, position++);
    insert.bind(3, bot);
    insert.exec();
    insert.reset();
  }
}

} // namespace

std::vector<account_record> load_accounts(SQLite::Database& db) {
  std::vector<account_record> accounts;
  SQLite::Statement rows{db, "SELECT name, kind, desired, created_at_ms, uin FROM account ORDER BY name"};
  SQLite::Statement bots{db, "SELECT bot FROM account_bot WHERE account = ? ORDER BY position"};
  while (rows.executeStep()) {
    account_record account;
    account.name = rows.getColumn(0).getString();
    account.kind = rows.getColumn(1).getString();
    account.desired =
        rows.getColumn(2).getString() == "running" ? desired_state::running : desired_state::paused;
    account.created_at = wall_time{std::chrono::milliseconds{rows.getColumn(3).getInt64()}};
    account.uin = rows.getColumn(4).getInt64();
    bots.bind(1, account.name);
    while (bots.executeStep())
      account.bots.push_back(bots.getColumn(0).getString());
    bots.reset();
    accounts.push_back(std::move(account));
  }
  return accounts;
}

result<void> insert_account(SQLite::Database& db, const account_record& account) {
  SQLite::Statement insert{db, "INSERT INTO account (name, kind, desired, created_at_ms, uin) "
                               "VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING"};
  insert.bind(1, account.name);
  insert.bind(2, account.kind);
  insert.bind(3, stored(account.desired));
  insert.bind(4,
              std::chrono::floor<std::chrono::milliseconds>(account.created_at).time_since_epoch().count());
  insert.bind(5, account.uin);
  if (insert.exec() == 0) return fail(errc::account_exists, account.name);
  insert_bots(db, account);
  return {};
}

result<void> replace_account(SQLite::Database& db, const account_record& account) {
  SQLite::Statement update{db, "UPDATE account SET desired = ?, uin = ? WHERE name = ?"};
  update.bind(1, stored(account.desired));
  update.bind(2, account.uin);
  update.bind(3, account.name);
  if (update.exec() == 0) return no_such_account(account.name);
  SQLite::Statement clear{db, "DELETE FROM account_bot WHERE account = ?"};
  clear.bind(1, account.name);
  clear.exec();
  insert_bots(db, account);
  return {};
}

result<void> delete_account(SQLite::Database& db, const std::string& name) {
  SQLite::Statement erase{db, "DELETE FROM account WHERE name = ?"};
  erase.bind(1, name);
  if (erase.exec() == 0) return no_such_account(name);
  return {};
}

} // namespace weixin::store
