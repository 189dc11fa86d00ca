#pragma once

#include "httpd/message.hpp"
#include "runtime/memory_watch.hpp"

#include <optional>

namespace weixin {

/// What the admin API answers instead of taking new work while memory is short: 503 `overloaded` with
/// Retry-After for new sends and new accounts. Nothing for everything else: who looks or stops something may
/// do so.
std::optional<httpd::response> refuse_for_memory(const httpd::request& r, runtime::memory_pressure level);

} // namespace weixin
