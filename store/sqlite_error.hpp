#pragma once

#include "protocol/result.hpp"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <string_view>

namespace weixin::store {

/// What SQLite said, as one of the store's errors: disk_full, store_corrupt or store_failed. The context
/// holds `what` and the code's general meaning, never SQLite's own message, which can quote what was stored.
/// Internal to store/.
inline error sqlite_failure(std::string_view what, int code) {
  auto context = std::string{what} + ": " + ::sqlite3_errstr(code);
  switch (code & 0xff) {
  case SQLITE_FULL:
    return fail(errc::disk_full, std::move(context));
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    return fail(errc::store_corrupt, std::move(context));
  default:
    return fail(errc::store_failed, std::move(context));
  }
}

inline error sqlite_failure(std::string_view what, const SQLite::Exception& e) {
  return sqlite_failure(what, e.getExtendedErrorCode() > 0 ? e.getExtendedErrorCode() : e.getErrorCode());
}

/// Errors after which nothing more can be expected to be written for now.
inline bool is_out_of_order(int code) {
  switch (code & 0xff) {
  case SQLITE_FULL:
  case SQLITE_IOERR:
  case SQLITE_READONLY:
    return true;
  default:
    return false;
  }
}

} // namespace weixin::store
