#pragma once

#include "actors/account_status.hpp"
#include "actors/event_log.hpp"
#include "metrics/registry.hpp"
#include "notify/rendering.hpp"
#include "notify/settings.hpp"
#include "protocol/result.hpp"
#include "runtime/random.hpp"
#include "runtime/wall_clock.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weixin::notify {

/// What a test notification came to at one target.
struct test_result {
  std::string target;
  bool delivered = false;
  std::string detail; ///< "HTTP 204", "exit code 1", "timed out"
};

/// Where the notifier learns from; all of it is thread-safe and outlives the notifier.
struct notifier_context {
  std::shared_ptr<event_log> events;
  std::shared_ptr<const wall_clock> clock;
  std::shared_ptr<metrics::registry> metrics;
  std::function<std::vector<account_view>()> accounts;
  std::function<std::map<std::string, std::size_t>()> count_by_state;
  qr_lookup qr;
  bool loopback_only = false; ///< HTTP targets at any other address are refused
  entropy_source entropy;
};

/// Tells the operator: listens to the state events, decides on a thread of its own (notify/decider.hpp), and
/// has one thread more for each target. Without a target it does nothing at all. Nothing that waits outlives
/// it.
class notifier {
public:
  /// Call it when the accounts are started: what they are then is old. Error: config_invalid (a secret cannot
  /// be read).
  static result<std::unique_ptr<notifier>> start(notify_settings settings, notifier_context context);
  ~notifier();
  notifier(const notifier&) = delete;
  notifier& operator=(const notifier&) = delete;

  /// Sets the gauges of what waits for each target. Any thread, but not while the notifier ends.
  void show_waiting(metrics::registry& to) const;

  /// Sends a test notification to that target, or to all: one try each. `done` is called exactly once, from
  /// any thread, with the targets in the order of the configuration. Error: invalid_argument for an unknown
  /// target.
  void test(const std::optional<std::string>& target,
            std::function<void(result<std::vector<test_result>>)> done);

  /// Other rules and targets, ready to be used.
  class change {
  public:
    change();
    ~change();
    change(change&&) noexcept;
    change& operator=(change&&) noexcept;

  private:
    friend class notifier;
    struct parts;
    std::unique_ptr<parts> parts_;
  };
  /// Makes what the settings need and is not there yet. Error: config_invalid (a secret cannot be read).
  result<change> prepare(notify_settings settings);
  /// What was told stays told, and targets whose settings are the same keep what waits for them; what waits
  /// for others is given up. May block shortly. One thread at a time.
  void use(change c);

private:
  struct impl;
  explicit notifier(std::unique_ptr<impl> i);
  std::unique_ptr<impl> impl_;
};

} // namespace weixin::notify
