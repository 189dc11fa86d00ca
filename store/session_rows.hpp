#pragma once

#include "protocol/webwx/session.hpp"
#include "store/rows.hpp"

#include <optional>

namespace weixin::store {

// One session an account; its sync keys stand in a table of their own, because every sync changes them and
// few change the rest. See rows.hpp.

/// Stores the session, with the keys in place of its own.
void write_session(row_access rows, const account_ref& account, const webwx::session& session,
                   const webwx::sync_keys& keys);
/// Nothing happens when there is no session.
void write_keys(row_access rows, const account_ref& account, const webwx::sync_keys& keys);
void erase_session(row_access rows, std::int64_t account);
/// Error: store_corrupt.
result<std::optional<webwx::session>> read_session(row_access rows, const account_ref& account);

} // namespace weixin::store
