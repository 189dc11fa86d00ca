#include "store/audit_rows.hpp"

#include <algorithm>
#include <limits>

namespace weixin::store {

namespace {

constexpr std::size_t max_page = 1'000;
constexpr std::int64_t slice = 500;

audit_record row_of(const query& found) {
  audit_record row;
  row.id = found.number(0);
  row.at = from_stored(found.number(1));
  row.refused = found.number(2) != 0;
  row.who = found.text(3);
  if (!found.is_null(4)) row.uid = found.number(4);
  if (!found.is_null(5)) row.pid = found.number(5);
  row.token = found.text(6);
  row.name = found.text(7);
  row.from = found.text(8);
  row.call = found.text(9);
  row.account = found.text(10);
  row.object = found.text(11);
  row.status = static_cast<int>(found.number(12));
  row.code = found.text(13);
  return row;
}

} // namespace

void append_audit_row(row_access rows, const audit_record& row) {
  auto insert =
      rows.use("INSERT INTO audit (at_ms, refused, who, token, name, address, call, account, object, "
               "status, code, uid, pid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(to_stored(row.at), std::int64_t{row.refused}, row.who, row.token, row.name, row.from, row.call,
              row.account, row.object, std::int64_t{row.status}, row.code);
  if (row.uid) insert.bind_at(12, *row.uid);
  if (row.pid) insert.bind_at(13, *row.pid);
  insert.run();
}

std::vector<audit_record> read_audit_rows(row_access rows, std::int64_t after, std::size_t limit) {
  std::vector<audit_record> list;
  auto most = static_cast<std::int64_t>(std::min(limit, max_page));
  if (after != 0) {
    auto found = rows.use("SELECT id, at_ms, refused, who, uid, pid, token, name, address, call, account, "
                          "object, status, code FROM audit WHERE id > ? ORDER BY id LIMIT ?");
    found.bind(after, most);
    while (found.next())
      list.push_back(row_of(found));
    return list;
  }
  auto found = rows.use("SELECT id, at_ms, refused, who, uid, pid, token, name, address, call, account, "
                        "object, status, code FROM audit ORDER BY id DESC LIMIT ?");
  found.bind(most);
  while (found.next())
    list.push_back(row_of(found));
  std::reverse(list.begin(), list.end());
  return list;
}

bool drop_old_audit_rows(row_access rows, wall_time before, std::uint64_t& dropped) {
  auto gone = rows.use("DELETE FROM audit WHERE id IN "
                       "(SELECT id FROM audit INDEXED BY audit_age WHERE at_ms < ? LIMIT ?)")
                  .bind(to_stored(before), slice)
                  .run();
  dropped += gone;
  return gone > 0;
}

void drop_audit_rows_beyond(row_access rows, bool refused, std::size_t most, std::uint64_t& dropped) {
  auto kept = static_cast<std::int64_t>(
      std::min<std::size_t>(most, static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max())));
  dropped += rows.use("DELETE FROM audit WHERE refused = ?1 AND id <= (SELECT id FROM audit "
                      "WHERE refused = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)")
                 .bind(std::int64_t{refused}, kept)
                 .run();
}

} // namespace weixin::store
