#pragma once

#include "protocol/result.hpp"
#include "transport/host_breaker.hpp"
#include "transport/lookup_end.hpp"
#include "transport/network_options.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::transport {

/// How a TLS handshake ended.
enum class handshake_end {
  full,
  resumed, ///< a session that the account had with this host was still good
  failed,
};

/// What the network is given from outside. Every member may be left empty.
struct network_hooks {
  /// The clock of the breaker, the cache of addresses and the durations told to `on_call`; the deadlines of
  /// calls run on real timers. Called from any thread. Default: std::chrono::steady_clock.
  std::function<std::chrono::steady_clock::time_point()> now;
  /// Told once for every call, right before its completion, on its shard's thread: so it must be thread-safe.
  /// `result` is from a closed set: "ok" (status below 400), "http_4xx", "http_5xx" or the name of an errc.
  std::function<void(std::string_view label, std::string_view result, std::chrono::duration<double> took)>
      on_call;
  /// Told of every handshake that ended, on its shard's thread, so it must be thread-safe.
  std::function<void(handshake_end how, std::chrono::duration<double> took)> on_handshake;
  /// Told of every host that was looked up, from any thread, with a lock held: it may only count.
  std::function<void(lookup_end how, std::chrono::duration<double> took)> on_look_up;
  /// Turns a name into addresses; may block, runs on the resolver's threads. Default: getaddrinfo.
  std::function<result<std::vector<boost::asio::ip::address>>(const std::string& host)> look_up;
};

/// What all accounts of a process share to reach Weixin: the TLS settings, the resolver's threads, the
/// breaker of each host, the limits on handshakes: at a time on each shard, and a second for all. It shares
/// nothing that would link two accounts: connections and TLS sessions belong to a client.
///
/// Thread-safe. `stop` must have returned before the io_context of any client is destroyed.
class network {
public:
  /// Errors: config_invalid (an option, or the CA file cannot be read or holds no certificate).
  static result<std::shared_ptr<network>> create(network_options options, network_hooks hooks = {});

  ~network();
  network(const network&) = delete;
  network& operator=(const network&) = delete;

  const network_options& options() const noexcept;

  /// Every host asked so far (at most 256), sorted by name; for metrics.
  std::vector<host_breaker::view> breaker_states() const;

  /// The limit on handshakes a second from now on; above 0.
  void set_handshake_rate(double per_second);

  /// Connections that are open, of all accounts: in use, or waiting for the next call. Any thread.
  std::size_t connections_open() const noexcept;

  /// Ends the resolver; lookups under way fail with errc::cancelled, later ones too. Returns at once even if
  /// a lookup hangs in the system. Idempotent.
  void stop();

  class parts;
  /// For the transport's own files.
  const std::shared_ptr<parts>& internals() const noexcept { return parts_; }

private:
  explicit network(std::shared_ptr<parts> p);
  std::shared_ptr<parts> parts_;
};

} // namespace weixin::transport
