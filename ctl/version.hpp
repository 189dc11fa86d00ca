#pragma once

namespace weixin::ctl {

/// This program's version, "0.1.0".
extern const char* const version;

} // namespace weixin::ctl
