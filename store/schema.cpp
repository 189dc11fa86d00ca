#include "store/schema.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <string>
#include <vector>

namespace weixin::store {

namespace {

// Columns called `sealed` hold what store/seal.hpp made; all others are in clear and say nothing of what
// people wrote or are called. Times are milliseconds since the epoch. `outbox.state` is the number of the
// send_state. `account.removed` marks an account whose rows are being erased.
//
// What every message and send writes decides what the store costs: each page that is touched is written to
// the log whole. Rows are stored in the order of their arrival, so that accounts share pages, and the indexes
// for what is rare are partial, so that they stay small.
//
// A number that a consumer's position or an answer once named is never given again: AUTOINCREMENT sees to it,
// and for `inbox.seq`, where that would be one more page a message, the value `last_seq` in `meta`, which is
// written before messages are deleted.
constexpr const char* friend_request_table = R"(
CREATE TABLE friend_request (
  account INTEGER NOT NULL REFERENCES account (id),
  id TEXT NOT NULL,
  received_at_ms INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;
)";
constexpr const char* schema = R"(
CREATE TABLE meta (
  key TEXT PRIMARY KEY NOT NULL,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  desired TEXT NOT NULL CHECK (desired IN ('running', 'paused')),
  created_at_ms INTEGER NOT NULL,
  uin INTEGER NOT NULL,
  held TEXT NOT NULL DEFAULT '',
  removed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE account_bot (
  account INTEGER NOT NULL REFERENCES account (id),
  position INTEGER NOT NULL,
  bot TEXT NOT NULL,
  PRIMARY KEY (account, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE session (
  account INTEGER PRIMARY KEY REFERENCES account (id),
  sealed BLOB NOT NULL
) STRICT;
CREATE TABLE sync_key (
  account INTEGER PRIMARY KEY REFERENCES account (id),
  sealed BLOB NOT NULL
) STRICT;
CREATE TABLE inbox (
  seq INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account (id),
  msg_id TEXT NOT NULL,
  chat TEXT NOT NULL,
  sent_at_ms INTEGER NOT NULL,
  stored_at_ms INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  UNIQUE (account, msg_id)
) STRICT;
CREATE INDEX inbox_order ON inbox (account, seq, bytes, chat);
CREATE TABLE position (
  account INTEGER NOT NULL REFERENCES account (id),
  consumer TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account, consumer)
) STRICT, WITHOUT ROWID;
CREATE TABLE contact (
  account INTEGER NOT NULL REFERENCES account (id),
  ref TEXT NOT NULL,
  seen_at_ms INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (account, ref)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_seen ON contact (account, seen_at_ms);
CREATE TABLE media (
  account INTEGER NOT NULL REFERENCES account (id),
  id TEXT NOT NULL,
  PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE outbox (
  account INTEGER NOT NULL REFERENCES account (id),
  id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  sealed BLOB NOT NULL,
  client_msg_id TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),
  unfinished INTEGER NOT NULL CHECK (unfinished = (state <= 1)),
  msg_id TEXT NOT NULL,
  error TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER,
  if_unknown INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  key_hash BLOB,
  request_hash BLOB,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX outbox_unfinished ON outbox (account, id) WHERE unfinished = 1;
CREATE INDEX outbox_failed ON outbox (account, state, id) WHERE state >= 3;
CREATE INDEX outbox_settled ON outbox (updated_at_ms) WHERE unfinished = 0;
CREATE UNIQUE INDEX outbox_key ON outbox (account, key_hash) WHERE key_hash IS NOT NULL;
CREATE TABLE history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account (id),
  at_ms INTEGER NOT NULL,
  old_state TEXT NOT NULL,
  new_state TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX history_account ON history (account, id);
CREATE INDEX history_age ON history (at_ms);
)";

constexpr const char* check_text = "weixind";
constexpr sealed_place check_place{"meta", "", "key_check"};

void set_version(SQLite::Database& db) { db.exec("PRAGMA user_version = " + std::to_string(schema_version)); }

std::vector<std::string> definitions_of(SQLite::Database& db) {
  std::vector<std::string> definitions;
  SQLite::Statement found{db, "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') "
                              "FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name"};
  while (found.executeStep())
    definitions.push_back(found.getColumn(0).getString());
  return definitions;
}

void insert_key_check(SQLite::Database& db, sealer& seal) {
  auto sealed = seal.seal(check_place, check_text);
  SQLite::Statement insert{db, "INSERT INTO meta (key, value) VALUES ('key_check', ?)"};
  insert.bind(1, sealed.data(), static_cast<int>(sealed.size()));
  insert.exec();
}

void create_tables(SQLite::Database& db) {
  db.exec(schema);
  db.exec(friend_request_table);
}

/// Version 1 held the accounts alone, by name.
void migrate_from_1(SQLite::Database& db) {
  db.exec("ALTER TABLE account RENAME TO account_1");
  db.exec("ALTER TABLE account_bot RENAME TO account_bot_1");
  create_tables(db);
  db.exec("INSERT INTO account (name, kind, desired, created_at_ms, uin) "
          "SELECT name, kind, desired, created_at_ms, uin FROM account_1 ORDER BY name");
  db.exec("INSERT INTO account_bot (account, position, bot) "
          "SELECT account.id, position, bot FROM account_bot_1 JOIN account ON account.name = "
          "account_bot_1.account");
  db.exec("DROP TABLE account_bot_1");
  db.exec("DROP TABLE account_1");
}

} // namespace

void create_schema(SQLite::Database& db, sealer& seal) {
  db.exec("PRAGMA application_id = " + std::to_string(application_id));
  create_tables(db);
  insert_key_check(db, seal);
  set_version(db);
}

void migrate_schema(SQLite::Database& db, int from, sealer& seal) {
  if (from == 1) {
    migrate_from_1(db);
    insert_key_check(db, seal);
  }
  // Version 2 kept no friend requests.
  if (from == 2) db.exec(friend_request_table);
  set_version(db);
}

bool has_present_schema(SQLite::Database& db) {
  SQLite::Database expected{":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX};
  create_tables(expected);
  return definitions_of(db) == definitions_of(expected);
}

bool is_its_key(SQLite::Database& db, const sealer& seal) {
  SQLite::Statement found{db, "SELECT value FROM meta WHERE key = 'key_check'"};
  if (!found.executeStep()) return false;
  auto sealed = found.getColumn(0);
  const auto* data = static_cast<const char*>(sealed.getBlob());
  if (!data) return false;
  auto plain = seal.open(check_place, {data, static_cast<std::size_t>(sealed.getBytes())});
  return plain && *plain == check_text;
}

} // namespace weixin::store
