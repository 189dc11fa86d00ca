#pragma once

#include "ctl/command_line.hpp"

namespace weixin::ctl {

/// Whether --watch can repeat it: it only looks.
bool may_be_watched(const command& c) noexcept;
/// Whether its result is a list of things with names or ids, for -o name.
bool has_names(const command& c) noexcept;

} // namespace weixin::ctl
