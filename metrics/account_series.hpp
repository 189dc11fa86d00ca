#pragma once

#include <cstddef>
#include <cstdint>

namespace weixin::metrics {

/// Whether accounts have series of their own: `metrics.account_label`.
enum class account_series : std::uint8_t {
  automatic, ///< while there are at most `max_named_accounts`, looked at with each scrape
  full,      ///< always
  off,       ///< never: counters and queue lengths are summed, states and timestamps of accounts left out
};
inline constexpr std::size_t max_named_accounts = 1'000;

} // namespace weixin::metrics
