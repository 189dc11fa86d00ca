#pragma once

#include "store/sqlite_store.hpp"

namespace weixin {

/// For the crash tests of scripts/chaos: with WEIXIND_ABORT_AT_COMMIT=n the process aborts right before the
/// n-th commit of its store, with "n+" right after it. Only together with WEIXIND_LOOPBACK_ONLY=1, which no
/// real server has; anything else changes nothing.
void abort_where_a_test_wants_it(store::sqlite_store_options& options);

} // namespace weixin
