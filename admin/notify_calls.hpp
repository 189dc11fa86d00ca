#pragma once

#include "admin/routes.hpp"
#include "notify/notifier.hpp"

namespace weixin::admin {

/// `POST /v1/notify/test`. The notifier outlives the server that serves the routes.
void add_notify_calls(api_routes& routes, notify::notifier& notifier);

} // namespace weixin::admin
