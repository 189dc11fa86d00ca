#pragma once

#include <string>
#include <vector>

namespace weixin::store {

/// The names in the open directory `at`, "." and ".." left out; none when it cannot be read. Blocks: for
/// threads that may.
std::vector<std::string> names_in(int at);

} // namespace weixin::store
