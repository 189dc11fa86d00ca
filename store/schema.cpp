#include "store/schema.hpp"

#include "store/audit_rows.hpp"
#include "store/contact_rows.hpp"
#include "store/media_rows.hpp"
#include "store/outbox_rows.hpp"
#include "store/settings_rows.hpp"
#include "store/token_rows.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <string>
#include <vector>

namespace weixin::store {

namespace {

// Columns called `sealed` hold what store/seal.hpp made; all others are in clear and say nothing of what
// people wrote or are called. Times are milliseconds since the epoch. `outbox.state` is the number of the
// send_state, `outbox.kind` that of the send_kind, `outbox.spool` the name of its file. `account.removed`
// marks an account whose rows are being erased.
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
constexpr const char* outbox_schema = R"(
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
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 6),
  spool TEXT NOT NULL,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX outbox_unfinished ON outbox (account, id) WHERE unfinished = 1;
CREATE INDEX outbox_failed ON outbox (account, state, id) WHERE state >= 3;
CREATE UNIQUE INDEX outbox_key ON outbox (account, key_hash) WHERE key_hash IS NOT NULL;
CREATE INDEX outbox_spool ON outbox (account, spool) WHERE spool <> '';
)";

constexpr const char* other_tables = R"(
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

// Contents are shared by all accounts, and found by their hash; `file` names the file in data_dir/media. A
// link is what a message or contact of an account has to do with a content, also while there is none. `part`,
// `kind` and `state` are the numbers of their enumerations. `policy` is an account's word on what is fetched.
constexpr const char* media_schema = R"(
CREATE TABLE media_policy (
  account INTEGER PRIMARY KEY REFERENCES account (id),
  policy TEXT NOT NULL
) STRICT;
CREATE TABLE media_content (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,
  file TEXT NOT NULL UNIQUE,
  bytes INTEGER NOT NULL,
  mime TEXT NOT NULL
) STRICT;
CREATE TABLE media_link (
  account INTEGER NOT NULL REFERENCES account (id),
  owner TEXT NOT NULL,
  part INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 6),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
  error TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  changed_at_ms INTEGER NOT NULL,
  content INTEGER REFERENCES media_content (id) CHECK ((content IS NOT NULL) = (state = 1)),
  sealed BLOB NOT NULL,
  PRIMARY KEY (account, owner, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_waiting ON media_link (account, changed_at_ms) WHERE state = 0;
CREATE INDEX media_held ON media_link (account, changed_at_ms) WHERE content IS NOT NULL;
CREATE INDEX media_holders ON media_link (content, account) WHERE content IS NOT NULL;
CREATE INDEX media_age ON media_link (changed_at_ms);
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
  db.exec(other_tables);
  db.exec(outbox_schema);
  db.exec(media_schema);
  db.exec(settings_schema);
  db.exec(friend_request_table);
  db.exec(token_schema);
  db.exec(audit_schema);
}

/// Version 2 knew the files of pictures, and whose they were. Of which message, nobody knows any more, nor
/// their hash: they are kept under their own name until they are too old.
void add_media_tables(SQLite::Database& db, sealer& seal) {
  db.exec(media_schema);
  SQLite::Statement found{db, "SELECT account.id, account.name, media.id FROM media "
                              "JOIN account ON account.id = media.account ORDER BY 1, 3"};
  while (found.executeStep()) {
    auto file = found.getColumn(2).getString();
    SQLite::Statement content{db,
                              "INSERT INTO media_content (sha256, file, bytes, mime) VALUES (?1, ?1, 0, '')"};
    content.bind(1, file);
    content.exec();
    media_record record;
    record.owner = "picture " + file;
    auto sealed = seal_media_details(seal, found.getColumn(1).getString(), record);
    SQLite::Statement link{db, "INSERT INTO media_link (account, owner, part, kind, state, error, attempts, "
                               "changed_at_ms, content, sealed) VALUES (?, ?, 0, 0, 1, '', 0, "
                               "unixepoch() * 1000, last_insert_rowid(), ?)"};
    link.bind(1, found.getColumn(0).getInt64());
    link.bind(2, record.owner);
    link.bind(3, sealed.data(), static_cast<int>(sealed.size()));
    link.exec();
  }
  db.exec("DROP TABLE media");
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

/// Version 2 held texts alone.
void add_kinds_of_sends(SQLite::Database& db, sealer& seal) {
  for (const char* index : {"outbox_unfinished", "outbox_failed", "outbox_settled", "outbox_key"})
    db.exec("DROP INDEX " + std::string{index});
  db.exec("ALTER TABLE outbox RENAME TO outbox_2");
  db.exec(outbox_schema);
  SQLite::Statement found{db,
                          "SELECT outbox_2.rowid, account.name, outbox_2.id, recipient, sealed FROM outbox_2 "
                          "JOIN account ON account.id = outbox_2.account ORDER BY outbox_2.rowid"};
  SQLite::Statement insert{
      db, "INSERT INTO outbox (account, id, recipient, sealed, client_msg_id, state, unfinished, msg_id, "
          "error, created_at_ms, updated_at_ms, expires_at_ms, if_unknown, attempts, key_hash, request_hash, "
          "kind, spool) SELECT account, id, recipient, ?2, client_msg_id, state, unfinished, msg_id, error, "
          "created_at_ms, updated_at_ms, expires_at_ms, if_unknown, attempts, key_hash, request_hash, 0, '' "
          "FROM outbox_2 WHERE rowid = ?1"};
  while (found.executeStep()) {
    auto sealed =
        reseal_text_of_schema_2(seal, found.getColumn(1).getString(), found.getColumn(2).getString(),
                                found.getColumn(3).getString(), found.getColumn(4).getString());
    insert.bind(1, found.getColumn(0).getInt64());
    insert.bind(2, sealed.data(), static_cast<int>(sealed.size()));
    insert.exec();
    insert.reset();
  }
  found.reset();
  db.exec("DROP TABLE outbox_2");
}

/// Version 8 knew less of contacts.
void reseal_contacts(SQLite::Database& db, sealer& seal) {
  SQLite::Statement found{db, "SELECT account.id, account.name, ref, sealed FROM contact "
                              "JOIN account ON account.id = contact.account"};
  SQLite::Statement update{db, "UPDATE contact SET sealed = ?3 WHERE account = ?1 AND ref = ?2"};
  while (found.executeStep()) {
    auto ref = found.getColumn(2).getString();
    auto sealed =
        reseal_contact_of_schema_8(seal, found.getColumn(1).getString(), ref, found.getColumn(3).getString());
    update.bind(1, found.getColumn(0).getInt64());
    update.bind(2, ref);
    update.bind(3, sealed.data(), static_cast<int>(sealed.size()));
    update.exec();
    update.reset();
  }
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
  // Each version up to the present one.
  if (from == 2) add_kinds_of_sends(db, seal);
  if (from >= 2 && from <= 3) add_media_tables(db, seal);
  if (from >= 2 && from <= 4) db.exec(settings_schema);
  if (from >= 2 && from <= 5) db.exec(friend_request_table);
  if (from >= 2 && from <= 6) {
    db.exec(token_schema);
    db.exec(audit_schema);
  }
  if (from >= 3 && from <= 7) db.exec("DROP INDEX IF EXISTS outbox_settled");
  if (from >= 2 && from <= 8) reseal_contacts(db, seal);
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
