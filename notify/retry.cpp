#include "notify/retry.hpp"

#include <algorithm>

namespace weixin::notify {

using std::chrono::milliseconds;

attempt::verdict verdict_of(int status) noexcept {
  if (status >= 200 && status < 300) return attempt::verdict::delivered;
  if (status == 408 || status == 425 || status == 429 || (status >= 500 && status < 600))
    return attempt::verdict::try_again;
  return attempt::verdict::refused;
}

std::optional<milliseconds> pause_after(unsigned tries, std::optional<std::chrono::seconds> retry_after,
                                        random_generator& random) {
  if (tries >= most_tries) return std::nullopt;
  milliseconds pause{1'000};
  for (unsigned i = 1; i < tries && pause < longest_pause; ++i)
    pause *= 3;
  pause = std::min<milliseconds>(pause, longest_pause);
  auto share = 1.0 - 0.5 * unit_random(random);
  pause = milliseconds{static_cast<milliseconds::rep>(static_cast<double>(pause.count()) * share)};
  if (retry_after) pause = std::max<milliseconds>(pause, std::min(*retry_after, longest_retry_after));
  return pause;
}

} // namespace weixin::notify
