#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weixin::simulator {

/// A gzip member of these bytes; nothing when zlib fails.
std::optional<std::string> gzip(std::string_view bytes);

} // namespace weixin::simulator
