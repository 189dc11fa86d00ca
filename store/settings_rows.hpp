#pragma once

#include "store/records.hpp"
#include "store/rows.hpp"

#include <optional>

namespace weixin::store {

// How each account reaches Weixin: sealed, because a proxy's URL holds credentials. See rows.hpp.

inline constexpr const char* settings_schema = R"(
CREATE TABLE account_settings (
  account INTEGER PRIMARY KEY REFERENCES account (id),
  sealed BLOB NOT NULL
) STRICT;
)";

/// Those of an account that has none are the defaults. Error: store_corrupt.
result<account_settings> read_settings(row_access rows, const account_ref& account);
void write_settings(row_access rows, const account_ref& account, const account_settings& settings);
void erase_settings(row_access rows, std::int64_t account);

} // namespace weixin::store
