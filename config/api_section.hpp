#pragma once

#include "config/config.hpp"
#include "config/section.hpp"

namespace weixin::config {

/// `[api]`.
api_config read_api(section s);

} // namespace weixin::config
