#include "store/inbox_rows.hpp"

#include "store/packing.hpp"

#include <algorithm>
#include <optional>

namespace weixin::store {

namespace {

constexpr std::size_t max_page = 1'000;
constexpr std::int64_t slice = 500;

/// The chat is part of the place: who could change it could show a message as another person's.
sealed_place place_of(const account_ref& account, const std::string& row) {
  return {"inbox", account.name, row};
}

std::string row_of(const std::string& msg_id, const std::string& chat) { return msg_id + '\n' + chat; }

struct opened_message {
  std::string event;
  std::string raw;
};

std::optional<opened_message> open_message(row_access rows, const account_ref& account,
                                           const std::string& msg_id, const std::string& chat,
                                           std::string_view sealed) {
  auto plain = rows.seal.open(place_of(account, row_of(msg_id, chat)), sealed);
  if (!plain) return std::nullopt;
  unpacker packed{*plain};
  opened_message opened;
  opened.event = packed.text();
  opened.raw = packed.text();
  if (!packed.whole()) return std::nullopt;
  return opened;
}

} // namespace

std::int64_t last_seq(row_access rows) {
  auto found = rows.use("SELECT max(coalesce((SELECT max(seq) FROM inbox), 0), "
                        "coalesce((SELECT value FROM meta WHERE key = 'last_seq'), 0))");
  found.next();
  return found.number(0);
}

void keep_last_seq(row_access rows) {
  rows.use("INSERT INTO meta (key, value) VALUES ('last_seq', ?) "
           "ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value")
      .bind(last_seq(rows))
      .run();
}

bool append_message(row_access rows, const account_ref& account, const inbound_message& message, wall_time at,
                    std::int64_t seq) {
  packer packed;
  packed.reserve(message.event.size() + message.raw.size() + 16);
  packed.text(message.event).text(message.raw);
  auto sealed = rows.seal.seal(place_of(account, row_of(message.msg_id, message.chat)), packed.bytes());
  return rows.use("INSERT INTO inbox (seq, account, msg_id, chat, sent_at_ms, stored_at_ms, bytes, sealed) "
                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, msg_id) DO NOTHING")
             .bind(seq, account.id, message.msg_id, message.chat, to_stored(message.sent_at), to_stored(at),
                   static_cast<std::int64_t>(sealed.size()), blob{sealed})
             .run() == 1;
}

std::vector<stored_message> read_messages(row_access rows, const account_ref& account,
                                          const inbox_query& wanted, std::uint64_t& unreadable) {
  auto limit = std::min(wanted.limit, max_page);
  std::vector<stored_message> messages;
  auto read = [&](query& found) {
    while (messages.size() < limit && found.next()) {
      stored_message message;
      message.seq = found.number(0);
      message.msg_id = found.text(1);
      message.chat = found.text(2);
      message.sent_at = from_stored(found.number(3));
      message.stored_at = from_stored(found.number(4));
      if (auto opened = open_message(rows, account, message.msg_id, message.chat, found.bytes(5))) {
        message.event = std::move(opened->event);
        messages.push_back(std::move(message));
      } else {
        ++unreadable;
      }
    }
  };
  if (wanted.newest) {
    auto found = rows.use("SELECT seq, msg_id, chat, sent_at_ms, stored_at_ms, sealed FROM inbox "
                          "INDEXED BY inbox_order WHERE account = ? ORDER BY seq DESC");
    read(found.bind(account.id));
    std::reverse(messages.begin(), messages.end());
    return messages;
  }
  // The order index holds the chat too: what is another chat's is passed over without a look at the message.
  if (wanted.with.empty()) {
    auto found = rows.use("SELECT seq, msg_id, chat, sent_at_ms, stored_at_ms, sealed FROM inbox "
                          "INDEXED BY inbox_order WHERE account = ? AND seq > ? ORDER BY seq");
    read(found.bind(account.id, wanted.after));
  } else {
    auto found = rows.use("SELECT seq, msg_id, chat, sent_at_ms, stored_at_ms, sealed FROM inbox "
                          "INDEXED BY inbox_order WHERE account = ? AND seq > ? AND chat = ? ORDER BY seq");
    read(found.bind(account.id, wanted.after, wanted.with));
  }
  return messages;
}

result<std::optional<stored_message>> read_message(row_access rows, const account_ref& account,
                                                   const std::string& msg_id) {
  auto found = rows.use("SELECT seq, chat, sent_at_ms, stored_at_ms, sealed FROM inbox "
                        "WHERE account = ? AND msg_id = ?");
  if (!found.bind(account.id, msg_id).next()) return std::optional<stored_message>{};
  stored_message message;
  message.seq = found.number(0);
  message.msg_id = msg_id;
  message.chat = found.text(1);
  message.sent_at = from_stored(found.number(2));
  message.stored_at = from_stored(found.number(3));
  auto opened = open_message(rows, account, msg_id, message.chat, found.bytes(4));
  if (!opened) return fail(errc::store_corrupt, "inbox: a message that cannot be read");
  message.event = std::move(opened->event);
  message.raw = std::move(opened->raw);
  return std::optional{std::move(message)};
}

inbox_positions read_positions(row_access rows, std::int64_t account) {
  inbox_positions positions;
  {
    auto found = rows.use("SELECT max(seq) FROM inbox INDEXED BY inbox_order WHERE account = ?");
    if (found.bind(account).next()) positions.end = found.number(0);
  }
  auto found = rows.use("SELECT consumer, seq FROM position WHERE account = ?");
  found.bind(account);
  while (found.next())
    positions.consumers.emplace(found.text(0), found.number(1));
  for (const auto& [consumer, seq] : positions.consumers) {
    auto after =
        rows.use("SELECT count(*) FROM (SELECT 1 FROM inbox INDEXED BY inbox_order WHERE account = ? "
                 "AND seq > ? LIMIT ?)");
    after.bind(account, seq, static_cast<std::int64_t>(inbox_positions::most_unread));
    if (after.next()) positions.unread[consumer] = static_cast<std::size_t>(after.number(0));
  }
  return positions;
}

void write_position(row_access rows, std::int64_t account, const std::string& consumer, std::int64_t seq) {
  rows.use("INSERT INTO position (account, consumer, seq) VALUES (?, ?, ?) ON CONFLICT (account, consumer) "
           "DO UPDATE SET seq = excluded.seq WHERE excluded.seq > position.seq")
      .bind(account, consumer, seq)
      .run();
}

void check_messages(row_access rows, const account_ref& account,
                    const std::function<void(std::int64_t, bool)>& each) {
  auto found =
      rows.use("SELECT seq, msg_id, chat, sealed FROM inbox INDEXED BY inbox_order WHERE account = ? "
               "ORDER BY seq");
  found.bind(account.id);
  while (found.next())
    each(found.number(0),
         open_message(rows, account, found.text(1), found.text(2), found.bytes(3)).has_value());
}

bool drop_old_messages(row_access rows, wall_time before, wall_time now, std::int64_t& after,
                       std::uint64_t& dropped) {
  std::int64_t looked_at = 0;
  std::int64_t last_old = 0;
  bool more = true;
  {
    auto found = rows.use("SELECT seq, stored_at_ms FROM inbox WHERE seq > ? ORDER BY seq LIMIT ?");
    found.bind(after, slice);
    while (looked_at < slice && found.next()) {
      ++looked_at;
      auto stored_at = from_stored(found.number(1));
      // What was stored while the clock was wrong and ahead says nothing about the age of what follows.
      if (stored_at >= before && stored_at <= now) {
        more = false;
        break;
      }
      after = found.number(0);
      if (stored_at < before) last_old = after;
    }
  }
  if (last_old != 0) dropped += rows.use("DELETE FROM inbox WHERE seq <= ?").bind(last_old).run();
  return more && looked_at == slice;
}

std::int64_t seq_beyond_bytes(row_access rows, std::int64_t account, std::uint64_t bytes) {
  auto found =
      rows.use("SELECT seq, bytes FROM inbox INDEXED BY inbox_order WHERE account = ? ORDER BY seq DESC");
  found.bind(account);
  std::uint64_t sum = 0;
  while (found.next()) {
    sum += static_cast<std::uint64_t>(std::max<std::int64_t>(found.number(1), 0));
    if (sum > bytes) return found.number(0);
  }
  return 0;
}

void add_sizes(row_access rows, std::int64_t account, held_rows& held) {
  {
    auto found = rows.use("SELECT count(*), coalesce(sum(bytes), 0) FROM inbox INDEXED BY inbox_order "
                          "WHERE account = ?");
    if (found.bind(account).next()) {
      held.messages += static_cast<std::uint64_t>(found.number(0));
      held.message_bytes += static_cast<std::uint64_t>(std::max<std::int64_t>(found.number(1), 0));
    }
  }
  auto found = rows.use("SELECT count(*) FROM outbox WHERE account = ?");
  if (found.bind(account).next()) held.sends += static_cast<std::uint64_t>(found.number(0));
}

bool drop_messages_to(row_access rows, std::int64_t account, std::int64_t seq, std::uint64_t& dropped) {
  auto gone = rows.use("DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox INDEXED BY inbox_order "
                       "WHERE account = ? AND seq <= ? ORDER BY seq LIMIT ?)")
                  .bind(account, seq, slice)
                  .run();
  dropped += gone;
  return gone > 0;
}

} // namespace weixin::store
