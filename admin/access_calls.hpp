#pragma once

#include "admin/routes.hpp"
#include "store/store.hpp"
#include "supervisor/fleet.hpp"

#include <functional>
#include <memory>
#include <string>

namespace weixin::admin {

/// What the calls about access work with; see `api_context`.
struct access_calls_context {
  supervisor::fleet& fleet;
  std::shared_ptr<store::store> store;
  std::function<std::string()> api_url; ///< "https://127.0.0.1:9463"; "" without a listener
};

/// Tokens, sign-in, who one is, and the audit: `/v1/tokens`, `/v1/sign-in-codes`, `/v1/sign-in`,
/// `/v1/sign-out`, `/v1/whoami`, `/v1/audit`.
void add_access_calls(api_routes& routes, access_calls_context context);

} // namespace weixin::admin
