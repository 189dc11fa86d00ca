#include "store/media_rows.hpp"

#include "store/packing.hpp"

#include <algorithm>
#include <limits>

namespace weixin::store {

namespace {

constexpr std::int64_t slice = 500;

std::int64_t number_of(media_part part) { return static_cast<std::int64_t>(part); }
std::int64_t number_of(media_kind kind) { return static_cast<std::int64_t>(kind); }
std::int64_t number_of(media_state state) { return static_cast<std::int64_t>(state); }

std::string row_of(const media_record& record) {
  return record.owner + '\n' + std::to_string(number_of(record.part));
}

/// False when it cannot be unsealed.
bool open_details(const sealer& seal, const std::string& account, std::string_view sealed,
                  media_record& record) {
  auto plain = seal.open({"media_link", account, row_of(record)}, sealed);
  if (!plain) return false;
  unpacker packed{*plain};
  record.name = packed.text();
  record.announced_bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(packed.number(), 0));
  record.sender = packed.text();
  record.media_id = packed.text();
  record.encrypted_name = packed.text();
  return packed.whole();
}

/// Reads a link whose columns are those of `link_columns`.
bool read_one(query& found, const sealer& seal, const std::string& account, media_record& record) {
  record.owner = found.text(0);
  auto part = found.number(1);
  auto kind = found.number(2);
  auto state = found.number(3);
  if (part < 0 || part >= static_cast<std::int64_t>(media_part_count) || kind < 0 ||
      kind >= static_cast<std::int64_t>(media_kind_count) || state < 0 ||
      state >= static_cast<std::int64_t>(media_state_count))
    return false;
  record.part = static_cast<media_part>(part);
  record.kind = static_cast<media_kind>(kind);
  record.state = static_cast<media_state>(state);
  record.error = found.text(4);
  record.attempts = static_cast<unsigned>(found.number(5));
  record.changed_at = from_stored(found.number(6));
  if (!found.is_null(8))
    record.content = media_content{found.text(8), found.text(9),
                                   static_cast<std::uint64_t>(std::max<std::int64_t>(found.number(10), 0)),
                                   found.text(11)};
  return open_details(seal, account, found.bytes(7), record);
}

void read_all(query& found, row_access rows, const account_ref& account, std::vector<media_record>& into,
              std::size_t limit, std::uint64_t& unreadable) {
  while (into.size() < limit && found.next()) {
    media_record record;
    if (read_one(found, rows.seal, account.name, record))
      into.push_back(std::move(record));
    else
      ++unreadable;
  }
}

} // namespace

std::string seal_media_details(sealer& seal, const std::string& account, const media_record& record) {
  packer packed;
  packed.text(record.name).number(static_cast<std::int64_t>(record.announced_bytes));
  packed.text(record.sender).text(record.media_id).text(record.encrypted_name);
  return seal.seal({"media_link", account, row_of(record)}, packed.bytes());
}

bool insert_link(row_access rows, const account_ref& account, const media_record& record) {
  auto sealed = seal_media_details(rows.seal, account.name, record);
  return rows.use(
                 "INSERT INTO media_link (account, owner, part, kind, state, error, attempts, changed_at_ms, "
                 "content, sealed) VALUES (?, ?, ?, ?, 0, '', 0, ?, NULL, ?) "
                 "ON CONFLICT (account, owner, part) DO NOTHING")
             .bind(account.id, record.owner, number_of(record.part), number_of(record.kind),
                   to_stored(record.changed_at), blob{sealed})
             .run() == 1;
}

void revive_link(row_access rows, const account_ref& account, const media_record& record) {
  auto sealed = seal_media_details(rows.seal, account.name, record);
  rows.use("UPDATE media_link SET kind = ?, state = 0, error = '', attempts = 0, changed_at_ms = ?, sealed = "
           "? "
           "WHERE account = ? AND owner = ? AND part = ? AND state > 1")
      .bind(number_of(record.kind), to_stored(record.changed_at), blob{sealed}, account.id, record.owner,
            number_of(record.part))
      .run();
}

void write_link(row_access rows, const account_ref& account, const media_record& record,
                std::int64_t content) {
  auto sealed = seal_media_details(rows.seal, account.name, record);
  rows.use("INSERT INTO media_link (account, owner, part, kind, state, error, attempts, changed_at_ms, "
           "content, "
           "sealed) VALUES (?, ?, ?, ?, 1, '', ?, ?, ?, ?) ON CONFLICT (account, owner, part) DO UPDATE SET "
           "kind = excluded.kind, state = 1, error = '', attempts = excluded.attempts, "
           "changed_at_ms = excluded.changed_at_ms, content = excluded.content, sealed = excluded.sealed")
      .bind(account.id, record.owner, number_of(record.part), number_of(record.kind),
            static_cast<std::int64_t>(record.attempts), to_stored(record.changed_at), content, blob{sealed})
      .run();
}

void note_link(row_access rows, std::int64_t account, const media_record& record) {
  rows.use("UPDATE media_link SET state = ?, error = ?, attempts = ?, changed_at_ms = ? "
           "WHERE account = ? AND owner = ? AND part = ? AND content IS NULL")
      .bind(number_of(record.state), record.error, static_cast<std::int64_t>(record.attempts),
            to_stored(record.changed_at), account, record.owner, number_of(record.part))
      .run();
}

std::vector<media_record> read_links(row_access rows, const account_ref& account, const std::string& owner,
                                     std::uint64_t& unreadable) {
  std::vector<media_record> links;
  auto found =
      rows.use("SELECT owner, part, kind, state, error, attempts, changed_at_ms, sealed, file, sha256, "
               "bytes, mime FROM media_link LEFT JOIN media_content ON media_content.id = content "
               "WHERE account = ? AND owner = ? ORDER BY part");
  read_all(found.bind(account.id, owner), rows, account, links, media_part_count, unreadable);
  return links;
}

std::vector<media_record> read_waiting_links(row_access rows, const account_ref& account, std::size_t limit,
                                             std::uint64_t& unreadable) {
  std::vector<media_record> links;
  auto found =
      rows.use("SELECT owner, part, kind, state, error, attempts, changed_at_ms, sealed, NULL, NULL, 0, "
               "NULL FROM media_link INDEXED BY media_waiting WHERE account = ? AND state = 0 "
               "ORDER BY changed_at_ms");
  read_all(found.bind(account.id), rows, account, links, limit, unreadable);
  return links;
}

void check_links(row_access rows, const account_ref& account,
                 const std::function<void(const std::string&, bool)>& each) {
  auto found =
      rows.use("SELECT owner, part, kind, state, error, attempts, changed_at_ms, sealed, file, sha256, "
               "bytes, mime FROM media_link LEFT JOIN media_content ON media_content.id = content "
               "WHERE account = ? ORDER BY owner, part");
  found.bind(account.id);
  while (found.next()) {
    media_record record;
    bool good = read_one(found, rows.seal, account.name, record);
    each(record.owner, good);
  }
}

std::optional<std::int64_t> find_content(row_access rows, const std::string& sha256) {
  auto found = rows.use("SELECT id FROM media_content WHERE sha256 = ?");
  if (!found.bind(sha256).next()) return std::nullopt;
  return found.number(0);
}

std::int64_t insert_content(row_access rows, const media_content& content) {
  rows.use("INSERT INTO media_content (sha256, file, bytes, mime) VALUES (?, ?, ?, ?)")
      .bind(content.sha256, content.file, static_cast<std::int64_t>(content.bytes), content.mime)
      .run();
  return *find_content(rows, content.sha256);
}

std::optional<media_content> drop_unlinked(row_access rows, std::int64_t content) {
  {
    auto linked = rows.use("SELECT 1 FROM media_link INDEXED BY media_holders WHERE content = ? LIMIT 1");
    if (linked.bind(content).next()) return std::nullopt;
  }
  media_content gone;
  {
    auto found = rows.use("SELECT file, sha256, bytes, mime FROM media_content WHERE id = ?");
    if (!found.bind(content).next()) return std::nullopt;
    gone = {found.text(0), found.text(1),
            static_cast<std::uint64_t>(std::max<std::int64_t>(found.number(2), 0)), found.text(3)};
  }
  rows.use("DELETE FROM media_content WHERE id = ?").bind(content).run();
  return gone;
}

bool is_known_file(row_access rows, const std::string& file) {
  auto found = rows.use("SELECT 1 FROM media_content WHERE file = ?");
  return found.bind(file).next();
}

std::optional<held_link> find_held(row_access rows, std::int64_t account, const std::string& owner,
                                   media_part part) {
  auto found =
      rows.use("SELECT content, bytes FROM media_link JOIN media_content ON media_content.id = content "
               "WHERE account = ? AND owner = ? AND part = ?");
  if (!found.bind(account, owner, number_of(part)).next()) return std::nullopt;
  return held_link{account, owner, number_of(part), found.number(0),
                   static_cast<std::uint64_t>(std::max<std::int64_t>(found.number(1), 0))};
}

std::vector<held_link> oldest_held(row_access rows, std::int64_t account, std::optional<wall_time> before,
                                   std::size_t limit) {
  std::vector<held_link> links;
  auto read = [&](query& found) {
    while (found.next())
      links.push_back({found.number(0), found.text(1), found.number(2), found.number(3),
                       static_cast<std::uint64_t>(std::max<std::int64_t>(found.number(4), 0))});
  };
  auto latest = before ? to_stored(*before) : std::numeric_limits<std::int64_t>::max();
  if (account == 0) {
    auto found = rows.use("SELECT account, owner, part, content, bytes FROM media_link INDEXED BY media_age "
                          "JOIN media_content ON media_content.id = content "
                          "WHERE content IS NOT NULL AND changed_at_ms < ? ORDER BY changed_at_ms LIMIT ?");
    read(found.bind(latest, static_cast<std::int64_t>(limit)));
  } else {
    auto found = rows.use("SELECT account, owner, part, content, bytes FROM media_link INDEXED BY media_held "
                          "JOIN media_content ON media_content.id = content WHERE account = ? AND "
                          "content IS NOT NULL AND changed_at_ms < ? ORDER BY changed_at_ms LIMIT ?");
    read(found.bind(account, latest, static_cast<std::int64_t>(limit)));
  }
  return links;
}

void release_link(row_access rows, const held_link& link, const char* why, wall_time now) {
  rows.use("UPDATE media_link SET state = 3, error = ?, content = NULL, changed_at_ms = ? "
           "WHERE account = ? AND owner = ? AND part = ?")
      .bind(why, to_stored(now), link.account, link.owner, link.part)
      .run();
}

bool holds_content(row_access rows, std::int64_t account, std::int64_t content) {
  auto found =
      rows.use("SELECT 1 FROM media_link INDEXED BY media_holders WHERE content = ? AND account = ? LIMIT 1");
  return found.bind(content, account).next();
}

std::uint64_t all_media_bytes(row_access rows) {
  auto found = rows.use("SELECT coalesce(sum(bytes), 0) FROM media_content");
  found.next();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(found.number(0), 0));
}

std::uint64_t media_bytes_of(row_access rows, std::int64_t account) {
  auto found = rows.use("SELECT coalesce(sum(bytes), 0) FROM media_content WHERE id IN (SELECT content FROM "
                        "media_link INDEXED BY media_held WHERE account = ? AND content IS NOT NULL)");
  found.bind(account).next();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(found.number(0), 0));
}

std::uint64_t drop_old_links(row_access rows, wall_time before) {
  return rows
      .use("DELETE FROM media_link WHERE (account, owner, part) IN (SELECT account, owner, part FROM "
           "media_link "
           "INDEXED BY media_age WHERE changed_at_ms < ? AND content IS NULL LIMIT ?)")
      .bind(to_stored(before), slice)
      .run();
}

std::vector<std::string> erase_media(row_access rows, std::int64_t account) {
  std::vector<std::int64_t> contents;
  {
    auto found = rows.use("SELECT DISTINCT content FROM media_link INDEXED BY media_held "
                          "WHERE account = ? AND content IS NOT NULL");
    found.bind(account);
    while (found.next())
      contents.push_back(found.number(0));
  }
  rows.use("DELETE FROM media_link WHERE account = ?").bind(account).run();
  rows.use("DELETE FROM media_policy WHERE account = ?").bind(account).run();
  std::vector<std::string> files;
  for (auto content : contents)
    if (auto gone = drop_unlinked(rows, content)) files.push_back(std::move(gone->file));
  std::sort(files.begin(), files.end());
  return files;
}

void write_policy(row_access rows, std::int64_t account, std::optional<media_policy> policy) {
  if (!policy) {
    rows.use("DELETE FROM media_policy WHERE account = ?").bind(account).run();
    return;
  }
  rows.use("INSERT INTO media_policy (account, policy) VALUES (?, ?) "
           "ON CONFLICT (account) DO UPDATE SET policy = excluded.policy WHERE policy <> excluded.policy")
      .bind(account, std::string{to_string(*policy)})
      .run();
}

std::optional<media_policy> read_policy(row_access rows, std::int64_t account) {
  auto found = rows.use("SELECT policy FROM media_policy WHERE account = ?");
  if (!found.bind(account).next()) return std::nullopt;
  return parse_media_policy(found.text(0));
}

} // namespace weixin::store
