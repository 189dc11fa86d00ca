#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace weixin::simulator {

struct byte_range {
  std::size_t first = 0;
  std::size_t last = 0; ///< the last byte, included
};

/// What `bytes=0-`, `bytes=10-19` or `bytes=-5` mean for content of that size. Nothing when it is no such
/// header, names several ranges, or when none of these bytes exists (416).
std::optional<byte_range> read_byte_range(std::string_view header, std::size_t size);

} // namespace weixin::simulator
