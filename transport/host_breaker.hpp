#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::transport {

enum class breaker_state { closed, open, half_open };

/// "closed", "open" or "half_open".
std::string_view to_string(breaker_state state) noexcept;

struct breaker_options {
  unsigned failures_to_open = 5; ///< in a row
  std::chrono::milliseconds first_pause{10'000};
  std::chrono::milliseconds longest_pause{30'000}; ///< the pause doubles up to this with each failed probe
  /// Who asked for a call within this time uses the host.
  std::chrono::seconds in_use{60};
};

/// Keeps the whole fleet from hammering a host that is down: one memory of failures per host, shared by all
/// accounts. Open, it refuses every call; when the pause is over it lets one probe through, and that probe's
/// end decides.
///
/// A few accounts that fail say nothing of the host while others use it: it opens only when the last call of
/// more than half of those that use it failed. For the same reason nobody probes twice in a row while there
/// are others.
///
/// A failure is ours or the network's (DNS, connect, TLS, time, reset, garbage, HTTP 5xx). What Weixin
/// refuses with a proper answer is a success here. Thread-safe.
class host_breaker : public std::enable_shared_from_this<host_breaker> {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using clock = std::function<time_point()>;
  /// An account's client, by a number of its own.
  using caller = std::uint64_t;

  struct view {
    std::string host;
    breaker_state state = breaker_state::closed;
    unsigned failures = 0; ///< in a row
  };

  /// The right to make one call. Report its end once; a permit that is dropped without a report leaves the
  /// memory as it was (a call that was cancelled says nothing about the host).
  class permit {
  public:
    permit() = default;
    permit(permit&& other) noexcept;
    permit& operator=(permit&& other) noexcept;
    ~permit();

    /// False when the breaker is open: make no call.
    explicit operator bool() const noexcept { return breaker_ != nullptr; }
    void succeeded();
    void failed();

  private:
    friend class host_breaker;
    permit(std::shared_ptr<host_breaker> breaker, std::string host, caller who, bool probe)
        : breaker_(std::move(breaker)), host_(std::move(host)), who_(who), probe_(probe) {}

    std::shared_ptr<host_breaker> breaker_;
    std::string host_;
    caller who_ = 0;
    bool probe_ = false;
  };

  host_breaker(breaker_options options, clock now);

  permit admit(const std::string& host, caller who);

  /// Sorted by host.
  std::vector<view> states() const;

  /// Hosts remembered at most; hosts beyond it are not guarded. The table of allowed hosts is far smaller.
  static constexpr std::size_t max_hosts = 256;

private:
  struct use {
    time_point at{};     ///< when it last asked for a call
    bool failed = false; ///< its last call that ended
  };
  struct memory {
    breaker_state state = breaker_state::closed;
    unsigned failures = 0; ///< in a row
    std::map<caller, use> users;
    std::size_t failing = 0; ///< of them
    time_point pruned_at{};
    std::optional<caller> last_probe;
    bool probing = false;
    std::chrono::milliseconds pause{0};
    time_point open_until{};
  };

  void prune(memory& m, time_point now) const;
  static void note_end(memory& m, caller who, bool failed);
  void on_success(const std::string& host, caller who);
  void on_failure(const std::string& host, caller who, bool probe);
  void on_dropped_probe(const std::string& host);

  const breaker_options options_;
  const clock now_;
  mutable std::mutex mutex_;
  std::map<std::string, memory> hosts_;
};

} // namespace weixin::transport
