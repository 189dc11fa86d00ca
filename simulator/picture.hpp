#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::simulator {

/// A valid JPEG of 8 x 8 grey pixels, padded with comment segments to at least `bytes` (at most 64 MiB);
/// which bytes the comments hold follows from `seed`.
std::string make_jpeg(std::size_t bytes, std::uint64_t seed);

std::string base64(std::string_view bytes);
/// Nothing unless the whole text is base64 with its padding.
std::optional<std::string> from_base64(std::string_view text);

} // namespace weixin::simulator
