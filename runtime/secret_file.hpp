#pragma once

#include "protocol/result.hpp"
#include "protocol/secret.hpp"

#include <cstddef>
#include <string>

namespace weixin {

inline constexpr std::size_t shortest_secret = 16;
inline constexpr std::size_t longest_secret = 4'096;

/// The bytes of the file, without white space at their end: 16 to 4096. Error: config_invalid, whose context
/// is what is wrong, without the path. Blocks.
result<secret> read_secret_file(const std::string& path);

} // namespace weixin
