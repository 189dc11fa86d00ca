#pragma once

#include "runtime/random.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace weixin::notify {

/// How one try to deliver went.
struct attempt {
  enum class verdict {
    delivered,
    try_again, ///< it may go better later
    refused,   ///< it will not
  };
  verdict what = verdict::delivered;
  std::string detail; ///< "HTTP 503", "timed out": for a log line, without addresses and bodies
  std::optional<std::chrono::seconds> retry_after{};
};

inline constexpr unsigned most_tries = 8;
inline constexpr std::chrono::seconds longest_pause{300};
inline constexpr std::chrono::seconds longest_retry_after{3'600};

/// What an HTTP status means: 2xx is delivered; 408, 425, 429 and 5xx may heal; everything else, a redirect
/// too, does not.
attempt::verdict verdict_of(int status) noexcept;

/// How long to wait after so many tries (from 1): 1 s, tripled up to 5 minutes, less up to a half by chance,
/// and never less than the other side asked for (at most an hour). Nothing: that was the last try.
std::optional<std::chrono::milliseconds>
pause_after(unsigned tries, std::optional<std::chrono::seconds> retry_after, random_generator& random);

} // namespace weixin::notify
