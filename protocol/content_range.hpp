#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weixin {

/// Which part of the whole an answer with status 206 holds.
struct content_range {
  std::uint64_t from = 0;             ///< first byte, from 0
  std::uint64_t last = 0;             ///< last byte, at least `from`
  std::optional<std::uint64_t> total; ///< bytes of the whole, more than `last`; nothing: not told

  friend bool operator==(const content_range&, const content_range&) = default;
};

/// Reads "bytes 0-1023/4096" or "bytes 0-1023/*" (RFC 9110 section 14.4); nothing for anything else, also for
/// numbers that do not fit together or into 64 bits.
std::optional<content_range> read_content_range(std::string_view text) noexcept;

} // namespace weixin
