#include "store/session_rows.hpp"

#include "store/packing.hpp"

namespace weixin::store {

namespace {

sealed_place session_place(const account_ref& account) { return {"session", account.name, ""}; }
sealed_place keys_place(const account_ref& account) { return {"sync_key", account.name, ""}; }

void pack(packer& packed, const webwx::sync_key_list& list) {
  packed.number(static_cast<std::int64_t>(list.pairs.size()));
  for (const auto& [key, value] : list.pairs)
    packed.number(key).number(value);
}

std::string packed_keys(const webwx::sync_keys& keys) {
  packer packed;
  pack(packed, keys.sync_key);
  pack(packed, keys.sync_check_key);
  return packed.bytes();
}

webwx::sync_key_list unpack_list(unpacker& packed) {
  constexpr auto max_pairs = static_cast<std::int64_t>(webwx::sync_key_list::max_pairs);
  webwx::sync_key_list list;
  for (auto left = packed.number_to(max_pairs); left > 0; --left) {
    auto key = static_cast<int>(packed.number());
    list.pairs.emplace_back(key, packed.number());
  }
  return list;
}

result<webwx::sync_keys> unpacked_keys(std::string_view bytes) {
  unpacker packed{bytes};
  webwx::sync_keys keys;
  keys.sync_key = unpack_list(packed);
  keys.sync_check_key = unpack_list(packed);
  if (!packed.whole()) return fail(errc::store_corrupt, "sync_key: not what was packed");
  return keys;
}

} // namespace

void write_session(row_access rows, const account_ref& account, const webwx::session& session,
                   const webwx::sync_keys& keys) {
  auto sealed = rows.seal.seal(session_place(account), webwx::to_json(session).reveal());
  auto sealed_keys = rows.seal.seal(keys_place(account), packed_keys(keys));
  rows.use("INSERT INTO session (account, sealed) VALUES (?, ?) "
           "ON CONFLICT (account) DO UPDATE SET sealed = excluded.sealed")
      .bind(account.id, blob{sealed})
      .run();
  rows.use("INSERT INTO sync_key (account, sealed) VALUES (?, ?) "
           "ON CONFLICT (account) DO UPDATE SET sealed = excluded.sealed")
      .bind(account.id, blob{sealed_keys})
      .run();
}

void write_keys(row_access rows, const account_ref& account, const webwx::sync_keys& keys) {
  auto sealed = rows.seal.seal(keys_place(account), packed_keys(keys));
  rows.use("UPDATE sync_key SET sealed = ? WHERE account = ?").bind(blob{sealed}, account.id).run();
}

void erase_session(row_access rows, std::int64_t account) {
  rows.use("DELETE FROM session WHERE account = ?").bind(account).run();
  rows.use("DELETE FROM sync_key WHERE account = ?").bind(account).run();
}

result<std::optional<webwx::session>> read_session(row_access rows, const account_ref& account) {
  auto found = rows.use("SELECT session.sealed, sync_key.sealed FROM session "
                        "LEFT JOIN sync_key ON sync_key.account = session.account WHERE session.account = ?");
  if (!found.bind(account.id).next()) return std::optional<webwx::session>{};
  auto json = rows.seal.open(session_place(account), found.bytes(0));
  if (!json) return json.error();
  auto packed = rows.seal.open(keys_place(account), found.bytes(1));
  if (!packed) return packed.error();
  auto keys = unpacked_keys(*packed);
  if (!keys) return keys.error();
  auto session = webwx::session_from_json(secret{std::move(*json)});
  if (!session) return fail(errc::store_corrupt, "session: not what was packed");
  session->keys = std::move(*keys);
  return std::optional{std::move(*session)};
}

} // namespace weixin::store
