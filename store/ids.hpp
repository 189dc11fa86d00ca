#pragma once

#include "runtime/random.hpp"
#include "runtime/wall_clock.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace weixin::store {

/// Makes the ids that leave the server: a prefix letter, "-" and 26 lower-case Crockford base32 characters
/// (0-9, a-z without i, l, o, u) that hold 48 bits of milliseconds and 80 bits of randomness.
///
/// Each id sorts after all that this object made before, also within one millisecond and when the clock is
/// set back. Any thread.
class id_source {
public:
  /// 's' for sends, 'm' for media files.
  id_source(char prefix, entropy_source entropy);

  std::string next(wall_time now);

private:
  const char prefix_;
  const entropy_source entropy_;
  std::mutex mutex_;
  std::uint64_t milliseconds_ = 0;
  std::uint16_t random_high_ = 0;
  std::uint64_t random_low_ = 0;
};

/// True for what an `id_source` of that prefix can have made. Ids from outside become paths and keys only
/// then.
bool is_id(char prefix, std::string_view text) noexcept;

} // namespace weixin::store
