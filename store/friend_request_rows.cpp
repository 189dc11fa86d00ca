#include "store/friend_request_rows.hpp"

#include "store/packing.hpp"

#include <algorithm>
#include <limits>

namespace weixin::store {

namespace {

sealed_place place_of(const account_ref& account, const std::string& id) {
  return {"friend_request", account.name, id};
}

bool unseal(row_access rows, const account_ref& account, std::string_view sealed, friend_request_record& r) {
  auto plain = rows.seal.open(place_of(account, r.id), sealed);
  if (!plain) return false;
  unpacker packed{*plain};
  r.session = packed.text();
  r.user_name = packed.text();
  r.ticket = secret{packed.text()};
  r.nick = packed.text();
  r.alias = packed.text();
  r.greeting = packed.text();
  r.province = packed.text();
  r.city = packed.text();
  r.sex = static_cast<int>(packed.number_to(std::numeric_limits<int>::max()));
  r.scene = static_cast<int>(packed.number_to(std::numeric_limits<int>::max()));
  return packed.whole();
}

} // namespace

void write_friend_request(row_access rows, const account_ref& account, const friend_request_record& r) {
  packer packed;
  packed.text(r.session).text(r.user_name).text(r.ticket.reveal()).text(r.nick).text(r.alias);
  packed.text(r.greeting).text(r.province).text(r.city);
  packed.number(std::max(r.sex, 0)).number(std::max(r.scene, 0));
  auto sealed = rows.seal.seal(place_of(account, r.id), packed.bytes());
  rows.use("INSERT INTO friend_request (account, id, received_at_ms, sealed) VALUES (?, ?, ?, ?) "
           "ON CONFLICT (account, id) DO NOTHING")
      .bind(account.id, r.id, to_stored(r.received_at), blob{sealed})
      .run();
}

void keep_friend_requests(row_access rows, std::int64_t account, std::size_t most) {
  rows.use("DELETE FROM friend_request WHERE account = ?1 AND id IN (SELECT id FROM friend_request "
           "WHERE account = ?1 ORDER BY received_at_ms DESC, id DESC LIMIT -1 OFFSET ?2)")
      .bind(account, static_cast<std::int64_t>(most))
      .run();
}

bool erase_friend_request(row_access rows, std::int64_t account, const std::string& id) {
  return rows.use("DELETE FROM friend_request WHERE account = ? AND id = ?").bind(account, id).run() > 0;
}

std::vector<friend_request_record> read_friend_requests(row_access rows, const account_ref& account,
                                                        std::uint64_t& unreadable) {
  std::vector<friend_request_record> requests;
  auto found = rows.use("SELECT id, received_at_ms, sealed FROM friend_request WHERE account = ? "
                        "ORDER BY received_at_ms, id");
  found.bind(account.id);
  while (found.next()) {
    friend_request_record r;
    r.id = found.text(0);
    r.received_at = from_stored(found.number(1));
    if (unseal(rows, account, found.bytes(2), r))
      requests.push_back(std::move(r));
    else
      ++unreadable;
  }
  return requests;
}

void check_friend_requests(row_access rows, const account_ref& account,
                           const std::function<void(const std::string&, bool)>& each) {
  auto found = rows.use("SELECT id, sealed FROM friend_request WHERE account = ? ORDER BY id");
  found.bind(account.id);
  while (found.next()) {
    friend_request_record r;
    r.id = found.text(0);
    each(r.id, unseal(rows, account, found.bytes(1), r));
  }
}

} // namespace weixin::store
