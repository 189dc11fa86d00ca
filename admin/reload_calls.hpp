#pragma once

#include "admin/routes.hpp"
#include "supervisor/fleet_plan.hpp"

#include <functional>
#include <string>
#include <vector>

namespace weixin::admin {

/// What a reload of the configuration did, or, of a mere check, would do.
struct reload_report {
  std::vector<std::string> changed; ///< keys, with a "*" for all that is below
  supervisor::fleet_plan accounts;
  std::vector<std::string> undeclared; ///< accounts that the file named before and does not name any more
};

/// Reads the configuration again; with `check_only` nothing is changed. Answers later, from any thread,
/// exactly once. Errors: config_invalid (the context is one problem a line), restart_needed (the context
/// names the keys), queue_full, and those of the store.
using reload_function = std::function<void(bool check_only, std::function<void(result<reload_report>)>)>;

/// `POST /v1/reload`.
void add_reload_calls(api_routes& routes, reload_function reload);

} // namespace weixin::admin
