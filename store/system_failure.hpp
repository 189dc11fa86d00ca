#pragma once

#include "protocol/result.hpp"

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace weixin::store {

/// What the system said about one of our files: disk_full when there is no room or quota left, else
/// `otherwise`. The context is the file, the system's words, and what to do if that is known. Internal to
/// store/.
inline error system_failure(errc otherwise, std::string file, int code, std::string_view advice = {}) {
  auto context = std::move(file) + ": " + std::generic_category().message(code);
  if (!advice.empty()) context.append("; ").append(advice);
  return fail(code == ENOSPC || code == EDQUOT ? errc::disk_full : otherwise, std::move(context));
}

} // namespace weixin::store
