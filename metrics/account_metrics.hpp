#pragma once

#include "metrics/labels.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weixin::metrics {

using wall_time = std::chrono::system_clock::time_point;

class account_collector;
struct registry_impl;

/// What is counted about one account. Its series exist, at 0, from `registry::account` until the last owner
/// lets go; then all of them disappear. Any thread; nothing here blocks on a scrape for longer than a few
/// loads.
///
/// Series an account (the budget is 25): state 10, timestamps 3, logouts 5, restarts 3, received 1, sent 1,
/// send failures 1, queue length 1.
class account_metrics {
public:
  ~account_metrics();
  account_metrics(const account_metrics&) = delete;
  account_metrics& operator=(const account_metrics&) = delete;

  const std::string& name() const noexcept { return name_; }

  /// Exactly one state is 1 at a time; a change is counted fleet-wide by the new state.
  void set_state(account_state state);
  void set_last_sync(wall_time t) noexcept;     ///< the last good synccheck or webwxsync
  void set_last_event(wall_time t) noexcept;    ///< the last message stored
  void set_session_start(wall_time t) noexcept; ///< when the present session was made
  void logged_out(logout_reason reason) noexcept;
  void actor_restarted(restart_reason reason) noexcept;
  /// `type` as in checked_label::message_type; counted fleet-wide by type as well.
  void message_received(std::string_view type);
  void message_sent(std::string_view type);
  /// `reason` as in checked_label::send_failure; counted fleet-wide by reason as well.
  void send_failed(std::string_view reason);
  void set_send_queue_length(std::size_t length) noexcept;

private:
  friend class account_collector;
  friend class registry;
  account_metrics(std::string name, std::shared_ptr<registry_impl> owner);

  std::string name_;
  std::shared_ptr<registry_impl> owner_;
  std::atomic<account_state> state_{account_state::stopped};
  std::atomic<double> last_sync_{0};
  std::atomic<double> last_event_{0};
  std::atomic<double> session_start_{0};
  std::array<std::atomic<std::uint64_t>, logout_reason_count> logouts_{};
  std::array<std::atomic<std::uint64_t>, restart_reason_count> restarts_{};
  std::atomic<std::uint64_t> received_{0};
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> send_failures_{0};
  std::atomic<std::uint64_t> queue_length_{0};
};

} // namespace weixin::metrics
