#pragma once

#include "protocol/result.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace weixin::store {

/// What the database of a data directory holds, as one JSON object for every row, table by table: ids, times,
/// states and sizes, never text, names of people or secrets, and no key is needed. `{"table":"outbox",
/// "account":"shop-01","id":...}`; times are milliseconds since the epoch.
///
/// Reads only, and may run beside the server that has the directory. Blocks. `each` must not throw.
/// Errors: store_corrupt, store_newer, store_failed (there is none, or it is older than this version knows
/// how to show: a start of weixind brings it up to date).
result<void> dump(const std::filesystem::path& data_dir, const std::function<void(std::string line)>& each);

} // namespace weixin::store
