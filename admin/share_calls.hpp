#pragma once

#include "admin/routes.hpp"
#include "admin/share_link.hpp"
#include "runtime/wall_clock.hpp"
#include "supervisor/fleet.hpp"

#include <functional>
#include <memory>
#include <string>

namespace weixin::admin {

/// What the calls about share links work with; see `api_context`.
struct share_calls_context {
  supervisor::fleet& fleet;
  std::shared_ptr<const wall_clock> clock;
  std::function<std::string()> api_url; ///< "https://127.0.0.1:9463"; "" without a listener
  share_signer signer;
};

/// `POST /v1/accounts/{name}/share` makes a link to the page where one account's code is scanned, and
/// `GET /v1/shared`, `/v1/shared/qr` and `/v1/shared/avatar` are what that page may see: how far the login
/// is, the code, and the picture of who scanned it. They need no token but "Authorization: Share" and the
/// link.
void add_share_calls(api_routes& routes, share_calls_context context);

} // namespace weixin::admin
