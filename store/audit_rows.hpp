#pragma once

#include "store/access_records.hpp"
#include "store/rows.hpp"

#include <vector>

namespace weixin::store {

// What was changed through the admin API, and what was refused. Accounts are names here: the rows outlive
// them. See rows.hpp.

inline constexpr const char* audit_schema = R"(
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  refused INTEGER NOT NULL CHECK (refused IN (0, 1)),
  who TEXT NOT NULL,
  uid INTEGER,
  pid INTEGER,
  token TEXT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  call TEXT NOT NULL,
  account TEXT NOT NULL,
  object TEXT NOT NULL,
  status INTEGER NOT NULL,
  code TEXT NOT NULL
) STRICT;
CREATE INDEX audit_order ON audit (refused, id);
CREATE INDEX audit_age ON audit (at_ms);
)";

void append_audit_row(row_access rows, const audit_record& row);
/// As `store::read_audit`.
std::vector<audit_record> read_audit_rows(row_access rows, std::int64_t after, std::size_t limit);
/// Deletes some hundred rows older than `before`; false when none are left.
bool drop_old_audit_rows(row_access rows, wall_time before, std::uint64_t& dropped);
/// Leaves the newest `most` of what was done, or of what was refused.
void drop_audit_rows_beyond(row_access rows, bool refused, std::size_t most, std::uint64_t& dropped);

} // namespace weixin::store
