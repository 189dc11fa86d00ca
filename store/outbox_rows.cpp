#include "store/outbox_rows.hpp"

#include <algorithm>
#include <limits>

namespace weixin::store {

namespace {

constexpr std::size_t max_page = 1'000;
constexpr std::int64_t slice = 500;

#define WEIXIN_SEND_COLUMNS                                                                                  \
  "id, recipient, sealed, client_msg_id, state, msg_id, error, created_at_ms, updated_at_ms, "               \
  "expires_at_ms, if_unknown, attempts, kind"

/// Recipient and kind are part of the place: a message never goes to another one, or as another kind, because
/// a file was changed.
std::string row_of(const std::string& id, const std::string& to, send_kind kind) {
  return id + '\n' + to + '\n' + std::string{to_string(kind)};
}

sealed_place place_of(const account_ref& account, const std::string& row) {
  return {"outbox", account.name, row};
}

std::int64_t stored(send_state state) { return static_cast<std::int64_t>(state); }

/// Reads the columns above, from `first` on. Error: store_corrupt.
result<send_record> record_of(row_access rows, const account_ref& account, const query& found) {
  constexpr auto last_state = static_cast<std::int64_t>(send_state::expired);
  send_record send;
  send.id = found.text(0);
  send.account = account.name;
  send.to = found.text(1);
  auto number = found.number(12);
  if (number < 0 || number >= send_kind_count) return fail(errc::store_corrupt, "outbox: no such kind");
  auto kind = static_cast<send_kind>(number);
  auto packed = rows.seal.open(place_of(account, row_of(send.id, send.to, kind)), found.bytes(2));
  if (!packed) return packed.error();
  auto content = unpack(kind, *packed);
  if (!content) return fail(errc::store_corrupt, "outbox: a content that cannot be read");
  send.content = std::move(*content);
  send.client_msg_id = found.text(3);
  auto state = found.number(4);
  if (state < 0 || state > last_state) return fail(errc::store_corrupt, "outbox: no such state");
  send.state = static_cast<send_state>(state);
  send.msg_id = found.text(5);
  send.error = found.text(6);
  send.created_at = from_stored(found.number(7));
  send.updated_at = from_stored(found.number(8));
  if (!found.is_null(9)) send.expires_at = from_stored(found.number(9));
  send.if_unknown = found.number(10) == 0 ? unknown_policy::report : unknown_policy::resend;
  send.attempts =
      static_cast<unsigned>(std::clamp<std::int64_t>(found.number(11), 0, std::numeric_limits<int>::max()));
  return send;
}

std::vector<send_record> records_of(row_access rows, const account_ref& account, query& found,
                                    std::size_t limit, std::uint64_t& unreadable) {
  std::vector<send_record> sends;
  while (sends.size() < limit && found.next()) {
    if (auto send = record_of(rows, account, found))
      sends.push_back(std::move(*send));
    else
      ++unreadable;
  }
  return sends;
}

} // namespace

request_hashes hashes_of(const sealer& seal, const account_ref& account, const send_record& send) {
  auto key = seal.hash({"idempotency key", account.name, send.idempotency_key});
  // A plain text has the hash that it had before there were other kinds: keys outlive an upgrade.
  const auto* text = std::get_if<text_content>(&send.content);
  if (text != nullptr && text->mentions.empty())
    return {std::move(key), seal.hash({"request", account.name, send.to, text->text})};
  auto identity = identity_of(send.content);
  return {std::move(key),
          seal.hash({"request", account.name, send.to, to_string(kind_of(send.content)), identity})};
}

result<std::optional<keyed_send>> find_keyed_send(row_access rows, const account_ref& account,
                                                  const request_hashes& hashes) {
  auto found = rows.use("SELECT " WEIXIN_SEND_COLUMNS ", request_hash FROM outbox INDEXED BY outbox_key "
                        "WHERE account = ? AND key_hash = ?");
  if (!found.bind(account.id, blob{hashes.key}).next()) return std::optional<keyed_send>{};
  auto record = record_of(rows, account, found);
  if (!record) return record.error();
  return std::optional{keyed_send{std::move(*record), found.bytes(13) == hashes.request}};
}

std::optional<std::int64_t> insert_send(row_access rows, const account_ref& account, const send_record& send,
                                        const request_hashes* hashes) {
  auto kind = kind_of(send.content);
  auto sealed = rows.seal.seal(place_of(account, row_of(send.id, send.to, kind)), pack(send.content));
  auto insert = rows.use(
      "INSERT INTO outbox (account, id, recipient, sealed, client_msg_id, state, msg_id, error, "
      "created_at_ms, updated_at_ms, if_unknown, attempts, unfinished, kind, spool, expires_at_ms, key_hash, "
      "request_hash) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?6 <= 1, ?13, ?14, ?15, ?16, ?17) "
      "ON CONFLICT DO NOTHING");
  insert.bind(account.id, send.id, send.to, blob{sealed}, send.client_msg_id, stored(send.state), send.msg_id,
              send.error, to_stored(send.created_at), to_stored(send.updated_at),
              std::int64_t{send.if_unknown == unknown_policy::resend}, std::int64_t{send.attempts},
              static_cast<std::int64_t>(kind), spool_id_of(send.content));
  if (send.expires_at) insert.bind_at(15, to_stored(*send.expires_at));
  if (hashes) {
    insert.bind_at(16, blob{hashes->key});
    insert.bind_at(17, blob{hashes->request});
  }
  if (insert.run() == 0) return std::nullopt;
  return rows.db.database().getLastInsertRowid();
}

std::optional<send_row> find_send_row(row_access rows, std::int64_t account, const std::string& id) {
  auto found = rows.use("SELECT rowid, state FROM outbox WHERE account = ? AND id = ?");
  if (!found.bind(account, id).next()) return std::nullopt;
  return send_row{found.number(0), static_cast<send_state>(found.number(1))};
}

bool replace_send(row_access rows, std::int64_t row, const send_record& send, bool settles_or_opens) {
  // Most updates leave `unfinished` as it is; naming it all the same would touch its indexes.
  auto update = rows.use(
      settles_or_opens
          ? "UPDATE outbox SET state = ?2, msg_id = ?3, error = ?4, updated_at_ms = ?5, attempts = ?6, "
            "client_msg_id = iif(?7 = '', client_msg_id, ?7), expires_at_ms = ?8, unfinished = ?2 <= 1 "
            "WHERE rowid = ?1"
          : "UPDATE outbox SET state = ?2, msg_id = ?3, error = ?4, updated_at_ms = ?5, attempts = ?6, "
            "client_msg_id = iif(?7 = '', client_msg_id, ?7), expires_at_ms = ?8 WHERE rowid = ?1");
  update.bind(row, stored(send.state), send.msg_id, send.error, to_stored(send.updated_at),
              std::int64_t{send.attempts}, send.client_msg_id);
  if (send.expires_at) update.bind_at(8, to_stored(*send.expires_at));
  return update.run() == 1;
}

std::size_t count_unfinished(row_access rows, std::int64_t account) {
  auto found = rows.use(
      "SELECT count(*) FROM outbox INDEXED BY outbox_unfinished WHERE account = ? AND unfinished = 1");
  found.bind(account).next();
  return static_cast<std::size_t>(found.number(0));
}

result<std::optional<send_record>> read_send(row_access rows, const account_ref& account,
                                             const std::string& id) {
  auto found = rows.use("SELECT " WEIXIN_SEND_COLUMNS " FROM outbox WHERE account = ? AND id = ?");
  if (!found.bind(account.id, id).next()) return std::optional<send_record>{};
  auto record = record_of(rows, account, found);
  if (!record) return record.error();
  return std::optional{std::move(*record)};
}

result<std::optional<send_record>> read_sent(row_access rows, const account_ref& account,
                                             const std::string& msg_id) {
  auto found = rows.use("SELECT " WEIXIN_SEND_COLUMNS " FROM outbox "
                        "WHERE account = ? AND msg_id = ? AND state = 2 ORDER BY id DESC LIMIT 1");
  if (!found.bind(account.id, msg_id).next()) return std::optional<send_record>{};
  auto record = record_of(rows, account, found);
  if (!record) return record.error();
  return std::optional{std::move(*record)};
}

namespace {

std::vector<std::string> texts_of(query& found) {
  std::vector<std::string> all;
  while (found.next())
    all.push_back(found.text(0));
  return all;
}

} // namespace

std::vector<std::string> read_spooled(row_access rows) {
  auto found = rows.use("SELECT spool FROM outbox INDEXED BY outbox_spool JOIN account "
                        "ON account.id = outbox.account "
                        "WHERE spool <> '' AND unfinished = 1 AND account.removed = 0");
  return texts_of(found);
}

std::vector<std::string> read_spooled(row_access rows, std::int64_t account) {
  auto found = rows.use("SELECT spool FROM outbox INDEXED BY outbox_spool "
                        "WHERE account = ? AND spool <> '' AND unfinished = 1");
  return texts_of(found.bind(account));
}

std::string reseal_text_of_schema_2(sealer& seal, const std::string& account, const std::string& id,
                                    const std::string& to, std::string sealed) {
  auto old_row = id + '\n' + to;
  auto text = seal.open({"outbox", account, old_row}, sealed);
  if (!text) return sealed;
  auto row = row_of(id, to, send_kind::text);
  return seal.seal({"outbox", account, row}, pack(text_content{std::move(*text), {}}));
}

std::vector<send_record> read_unfinished(row_access rows, const account_ref& account,
                                         std::uint64_t& unreadable) {
  auto found = rows.use("SELECT " WEIXIN_SEND_COLUMNS " FROM outbox INDEXED BY outbox_unfinished "
                        "WHERE account = ? AND unfinished = 1 ORDER BY id");
  return records_of(rows, account, found.bind(account.id), std::numeric_limits<std::size_t>::max(),
                    unreadable);
}

std::vector<send_record> read_sends(row_access rows, const account_ref& account, const outbox_query& wanted,
                                    std::uint64_t& unreadable) {
  auto limit = std::min(wanted.limit, max_page);
  auto records = [&](query& found) { return records_of(rows, account, found, limit, unreadable); };
  if (wanted.newest) {
    auto found = rows.use("SELECT " WEIXIN_SEND_COLUMNS " FROM outbox WHERE account = ? ORDER BY id DESC");
    auto newest = records(found.bind(account.id));
    std::reverse(newest.begin(), newest.end());
    return newest;
  }
  if (!wanted.state) {
    auto found =
        rows.use("SELECT " WEIXIN_SEND_COLUMNS " FROM outbox WHERE account = ? AND id > ? ORDER BY id");
    return records(found.bind(account.id, wanted.after));
  }
  if (is_unfinished(*wanted.state)) {
    auto found = rows.use("SELECT " WEIXIN_SEND_COLUMNS " FROM outbox INDEXED BY outbox_unfinished "
                          "WHERE account = ? AND id > ? AND unfinished = 1 AND state = ? ORDER BY id");
    return records(found.bind(account.id, wanted.after, stored(*wanted.state)));
  }
  if (*wanted.state == send_state::sent) { // nearly all are
    auto found = rows.use("SELECT " WEIXIN_SEND_COLUMNS " FROM outbox "
                          "WHERE account = ? AND id > ? AND state = 2 ORDER BY id");
    return records(found.bind(account.id, wanted.after));
  }
  auto found = rows.use("SELECT " WEIXIN_SEND_COLUMNS " FROM outbox INDEXED BY outbox_failed "
                        "WHERE account = ? AND state = ? AND state >= 3 AND id > ? ORDER BY id");
  return records(found.bind(account.id, stored(*wanted.state), wanted.after));
}

void check_sends(row_access rows, const account_ref& account,
                 const std::function<void(const std::string&, bool)>& each) {
  auto found = rows.use("SELECT " WEIXIN_SEND_COLUMNS " FROM outbox WHERE account = ? ORDER BY id");
  found.bind(account.id);
  while (found.next())
    each(found.text(0), record_of(rows, account, found).has_value());
}

bool drop_settled_sends(row_access rows, wall_time before, wall_time now, std::int64_t& after,
                        std::uint64_t& dropped) {
  auto first = after;
  std::int64_t looked_at = 0;
  bool more = true;
  {
    auto found = rows.use("SELECT rowid, created_at_ms FROM outbox WHERE rowid > ? ORDER BY rowid LIMIT ?");
    found.bind(first, slice);
    while (found.next()) {
      // Rows are in the order of their arrival: none behind this one can be too old, unless the clock was
      // wrong and ahead, which says nothing.
      auto created_at = from_stored(found.number(1));
      more = created_at < before || created_at > now;
      if (!more) break;
      after = found.number(0);
      ++looked_at;
    }
  }
  if (looked_at > 0)
    dropped +=
        rows.use("DELETE FROM outbox WHERE rowid > ? AND rowid <= ? AND unfinished = 0 AND updated_at_ms < ?")
            .bind(first, after, to_stored(before))
            .run();
  return more && looked_at == slice;
}

} // namespace weixin::store
