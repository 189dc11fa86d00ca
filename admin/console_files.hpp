#pragma once

#include "admin/routes.hpp"

namespace weixin::admin {

/// `GET /console/...`: the files of console/, which are part of the program, and `GET /`, which leads there.
/// They hold nothing but themselves, so nobody is asked who he is; what they show comes from calls that ask.
void add_console_files(api_routes& routes);

} // namespace weixin::admin
