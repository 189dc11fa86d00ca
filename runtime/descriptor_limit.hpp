#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace weixin::runtime {

/// What the limit of open files (RLIMIT_NOFILE) leaves for accounts.
struct descriptor_limit {
  std::uint64_t open_files = 0;
  std::size_t accounts = 0;

  /// Says which limit it is and what to raise.
  std::string explanation() const;
};

/// Files, timers and listeners of the process, and the connections of both listeners.
inline constexpr std::uint64_t descriptors_of_our_own = 400;
/// The long poll and, now and then, a second connection. An account may open more for a moment, but never do
/// all of them at once.
inline constexpr std::uint64_t descriptors_per_account = 2;

descriptor_limit descriptor_limit_of(std::uint64_t open_files) noexcept;

/// Raises the soft limit to the hard one and tells what there is.
descriptor_limit raise_descriptor_limit();

} // namespace weixin::runtime
