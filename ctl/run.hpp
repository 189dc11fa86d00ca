#pragma once

#include "ctl/console.hpp"

#include <string>
#include <vector>

namespace weixin::ctl {

/// The whole program: understands the arguments (without the program's name), does what they say, reports
/// failures and gives the exit code. No exception leaves it.
exit_code run(const std::vector<std::string>& arguments, console& terminal) noexcept;

} // namespace weixin::ctl
