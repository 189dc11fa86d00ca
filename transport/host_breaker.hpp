#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
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
};

/// Keeps the whole fleet from hammering a host that is down: one memory of failures per host, shared by all
/// accounts. Open, it refuses every call; when the pause is over it lets one probe through, and that probe's
/// end decides.
///
/// A failure is ours or the network's (DNS, connect, TLS, time, reset, garbage, HTTP 5xx). What Weixin
/// refuses with a proper answer is a success here. Thread-safe.
class host_breaker : public std::enable_shared_from_this<host_breaker> {
public:
  using clock = std::function<std::chrono::steady_clock::time_point()>;

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
    permit(std::shared_ptr<host_breaker> breaker, std::string host, bool probe)
        : breaker_(std::move(breaker)), host_(std::move(host)), probe_(probe) {}

    std::shared_ptr<host_breaker> breaker_;
    std::string host_;
    bool probe_ = false;
  };

  host_breaker(breaker_options options, clock now);

  permit admit(const std::string& host);

  /// Sorted by host.
  std::vector<view> states() const;

  /// Hosts remembered at most; hosts beyond it are not guarded. The table of allowed hosts is far smaller.
  static constexpr std::size_t max_hosts = 256;

private:
  struct memory {
    breaker_state state = breaker_state::closed;
    unsigned failures = 0;
    bool probing = false;
    std::chrono::milliseconds pause{0};
    std::chrono::steady_clock::time_point open_until{};
  };

  void on_success(const std::string& host);
  void on_failure(const std::string& host, bool probe);
  void on_dropped_probe(const std::string& host);

  const breaker_options options_;
  const clock now_;
  mutable std::mutex mutex_;
  std::map<std::string, memory> hosts_;
};

} // namespace weixin::transport
