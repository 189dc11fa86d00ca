#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace weixin::config {

/// How many characters to insert, remove, replace or swap with their neighbour to make one out of the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that was probably meant: at most two edits away (one, for three characters and less), or
/// empty.
std::string closest(std::string_view word, const std::set<std::string>& candidates);

/// As `closest`, for full keys: a misspelt last part first, then the same last part in another table.
std::string closest_key(std::string_view key, const std::set<std::string>& known);

} // namespace weixin::config
