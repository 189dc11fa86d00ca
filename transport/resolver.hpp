#pragma once

#include "protocol/result.hpp"
#include "transport/lookup_end.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weixin::transport {

/// Turns names into addresses on a few threads of its own, because getaddrinfo blocks. One lookup a name at a
/// time, whoever asks; an answer is used again for 30 s, a failure is not remembered (the breaker does that).
/// Thread-safe.
class resolver {
public:
  using addresses = std::vector<boost::asio::ip::address>;
  using look_up = std::function<result<addresses>(const std::string& host)>;
  using clock = std::function<std::chrono::steady_clock::time_point()>;
  /// Called exactly once, from any thread, possibly inside `resolve`, with a lock held: it may only pass the
  /// result on.
  using handler = std::function<void(const result<addresses>&)>;

  using observer = std::function<void(lookup_end how, std::chrono::duration<double> took)>;

  /// An empty `how` means getaddrinfo. `told` hears of every lookup that ended, from any thread, with a lock
  /// held.
  resolver(std::size_t threads, look_up how, clock now, observer told = {});
  ~resolver();
  resolver(const resolver&) = delete;
  resolver& operator=(const resolver&) = delete;

  /// Errors: dns_failed, cancelled after `stop`.
  void resolve(const std::string& host, handler done);

  /// Answers everyone who waits with errc::cancelled. Does not wait for a lookup that hangs: its answer is
  /// dropped.
  void stop();

  static constexpr std::chrono::seconds cache_time{30};
  static constexpr std::size_t max_pending_names = 256; ///< more fail with dns_failed
  static constexpr std::size_t max_cached_names = 256;

private:
  class state;
  std::shared_ptr<state> state_;
};

} // namespace weixin::transport
