#pragma once

#include "runtime/token_bucket.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>

namespace weixin::httpd {

/// How many requests each peer may make: a token bucket for every peer, so that one that floods takes nothing
/// from others. Pure: time comes in. Not synchronised.
class request_rates {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Peers remembered at most; while more than that are busy, the newcomers share one bucket.
  static constexpr std::size_t max_peers = 1'024;

  /// `per_second` for each peer, and as many at once, but at least one; 0: no limit.
  explicit request_rates(double per_second) : per_second_(per_second), others_(bucket()) {}

  /// Nothing when the request may be served; else after how long the peer may ask again. A refused request
  /// costs the peer nothing.
  std::optional<std::chrono::nanoseconds> refuse(const std::string& peer, time_point now);

private:
  runtime::token_bucket bucket() const { return {per_second_ > 0 ? per_second_ : 1.0, per_second_}; }
  runtime::token_bucket& bucket_of(const std::string& peer, time_point now);

  double per_second_;
  std::unordered_map<std::string, runtime::token_bucket> peers_;
  runtime::token_bucket others_;
};

} // namespace weixin::httpd
