#pragma once

#include "admin/routes.hpp"

namespace weixin::admin {

/// `GET /v1/openapi.json`: the OpenAPI 3.1 document of the admin API, which is admin/openapi.json.
void add_openapi_call(api_routes& routes);

} // namespace weixin::admin
