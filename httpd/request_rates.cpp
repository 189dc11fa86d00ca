#include "httpd/request_rates.hpp"

namespace weixin::httpd {

std::optional<std::chrono::nanoseconds> request_rates::refuse(const std::string& peer, time_point now) {
  if (per_second_ <= 0) return std::nullopt;
  auto& b = bucket_of(peer, now);
  auto wait = b.wait_for_next(now);
  if (wait.count() > 0) return wait;
  b.take(now);
  return std::nullopt;
}

runtime::token_bucket& request_rates::bucket_of(const std::string& peer, time_point now) {
  auto known = peers_.find(peer);
  if (known != peers_.end()) return known->second;
  // A full bucket is as good as none.
  for (auto at = peers_.begin(); peers_.size() >= max_peers && at != peers_.end();)
    at = at->second.is_full(now) ? peers_.erase(at) : std::next(at);
  if (peers_.size() >= max_peers) return others_;
  return peers_.emplace(peer, bucket()).first->second;
}

} // namespace weixin::httpd
