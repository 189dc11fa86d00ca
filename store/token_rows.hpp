#pragma once

#include "store/access_records.hpp"
#include "store/rows.hpp"

#include <string>
#include <vector>

namespace weixin::store {

// The tokens of the API: their hashes, for a hash of 32 random bytes tells nothing of them. `accounts` holds
// names with a space between them; '' stands for all. See rows.hpp.

inline constexpr const char* token_schema = R"(
CREATE TABLE api_token (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('read', 'operator', 'admin')),
  accounts TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  created_by TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER,
  last_used_at_ms INTEGER
) STRICT, WITHOUT ROWID;
)";

/// By id, which is in the order of their creation.
std::vector<token_record> read_tokens(row_access rows);
/// False when there are `max_tokens`.
bool insert_token(row_access rows, const token_record& token);
/// False when there is none of that id.
bool erase_token(row_access rows, const std::string& id);
bool note_use(row_access rows, const std::string& id, wall_time at);

} // namespace weixin::store
