#include "store/dump.hpp"

#include "store/database.hpp"
#include "store/owned_fd.hpp"
#include "store/sqlite_error.hpp"
#include "store/system_failure.hpp"

#include <SQLiteCpp/Statement.h>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fcntl.h>

namespace weixin::store {

namespace {

struct table_dump {
  const char* table;
  const char* sql;
};

/// Of what is sealed, and of what stands for a person, only the size or whether it is there.
constexpr table_dump table_dumps[] = {
    {"meta", "SELECT key, length(value) AS value_bytes FROM meta ORDER BY key"},
    {"account", "SELECT name AS account, kind, desired, created_at_ms AS created_at, uin <> 0 AS has_user, "
                "held, removed "
                "FROM account ORDER BY name"},
    {"account_bot", "SELECT account.name AS account, position, bot FROM account_bot "
                    "JOIN account ON account.id = account_bot.account ORDER BY 1, 2"},
    {"account_settings",
     "SELECT account.name AS account, length(sealed) AS sealed_bytes FROM account_settings "
     "JOIN account ON account.id = account_settings.account ORDER BY 1"},
    {"session", "SELECT account.name AS account, length(sealed) AS sealed_bytes FROM session "
                "JOIN account ON account.id = session.account ORDER BY 1"},
    {"sync_key", "SELECT account.name AS account, length(sealed) AS sealed_bytes FROM sync_key "
                 "JOIN account ON account.id = sync_key.account ORDER BY 1"},
    {"position", "SELECT account.name AS account, consumer, seq FROM position "
                 "JOIN account ON account.id = position.account ORDER BY 1, 2"},
    {"contact", "SELECT account.name AS account, ref, seen_at_ms AS seen_at, length(sealed) AS sealed_bytes "
                "FROM contact JOIN account ON account.id = contact.account ORDER BY account.id, ref"},
    {"friend_request",
     "SELECT account.name AS account, friend_request.id, received_at_ms AS received_at, length(sealed) AS "
     "sealed_bytes FROM friend_request JOIN account ON account.id = friend_request.account ORDER BY 1, 2"},
    {"media_policy", "SELECT account.name AS account, policy FROM media_policy "
                     "JOIN account ON account.id = media_policy.account ORDER BY 1"},
    {"media_content", "SELECT id, file, bytes, mime FROM media_content ORDER BY id"},
    {"media_link", "SELECT account.name AS account, owner, part, media_link.kind, state, error, attempts, "
                   "changed_at_ms AS changed_at, content, length(sealed) AS sealed_bytes FROM media_link "
                   "JOIN account ON account.id = media_link.account ORDER BY account.id, owner, part"},
    {"api_token", "SELECT id, name, scope, accounts, created_by, created_at_ms AS created_at, "
                  "expires_at_ms AS expires_at, last_used_at_ms AS last_used_at FROM api_token ORDER BY id"},
    {"audit", "SELECT id, at_ms AS at, refused, who, uid, pid, token, name, address, call, account, object, "
              "status, code FROM audit ORDER BY id"},
    {"history", "SELECT history.id, account.name AS account, at_ms AS at, old_state AS \"from\", new_state "
                "AS \"to\", reason "
                "FROM history JOIN account ON account.id = history.account ORDER BY history.id"},
    {"outbox",
     "SELECT account.name AS account, outbox.id, recipient AS \"to\", "
     "CASE state WHEN 0 THEN 'queued' WHEN 1 THEN 'attempting' WHEN 2 THEN 'sent' WHEN 3 THEN 'refused' "
     "WHEN 4 THEN 'unknown' ELSE 'expired' END AS state, client_msg_id, msg_id, error, "
     "outbox.created_at_ms AS created_at, updated_at_ms AS updated_at, expires_at_ms AS expires_at, "
     "if_unknown AS resends_unknown, attempts, key_hash IS NOT NULL AS has_idempotency_key, "
     "outbox.kind, spool <> '' AS has_file, length(sealed) AS sealed_bytes "
     "FROM outbox JOIN account ON account.id = outbox.account ORDER BY outbox.account, outbox.id"},
    {"inbox",
     "SELECT seq, account.name AS account, msg_id, chat, sent_at_ms AS sent_at, stored_at_ms AS stored_at, "
     "bytes AS sealed_bytes FROM inbox JOIN account ON account.id = inbox.account ORDER BY seq"},
};

std::string line_of(const char* table, SQLite::Statement& found) {
  boost::json::object line{{"table", table}};
  for (int i = 0; i < found.getColumnCount(); ++i) {
    auto value = found.getColumn(i);
    if (value.isNull()) continue;
    if (value.isInteger())
      line[value.getName()] = value.getInt64();
    else if (value.isText())
      line[value.getName()] = value.getString();
  }
  return boost::json::serialize(line);
}

} // namespace

result<void> dump(const std::filesystem::path& data_dir, const std::function<void(std::string line)>& each) {
  auto name = (data_dir / database_name).string();
  try {
    owned_fd file{::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (!file) return system_failure(errc::store_failed, name, errno);
    if (auto checked = check_header(file.get(), name); !checked) return checked.error();
    file.reset();
    SQLite::Database db{name, SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX, 5'000};
    db.exec("PRAGMA trusted_schema = OFF");
    db.exec("BEGIN"); // all tables as they are at one moment
    int version = db.execAndGet("PRAGMA user_version").getInt();
    if (version > schema_version) return newer_schema(name, version);
    if (version < schema_version)
      return fail(errc::store_failed, name + " has the older schema " + std::to_string(version) +
                                          ": start weixind on it once, then dump it");
    for (const auto& [table, sql] : table_dumps) {
      SQLite::Statement found{db, sql};
      while (found.executeStep())
        each(line_of(table, found));
    }
    return {};
  } catch (const SQLite::Exception& e) {
    return sqlite_failure(name, e);
  } catch (const std::exception&) {
    return fail(errc::store_failed, name);
  }
}

} // namespace weixin::store
