#pragma once

namespace weixin::transport {

/// How a host name was looked up.
enum class lookup_end {
  found,
  cached, ///< found a moment ago
  failed,
};

} // namespace weixin::transport
