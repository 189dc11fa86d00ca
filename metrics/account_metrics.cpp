#include "metrics/account_metrics.hpp"

#include "metrics/registry_impl.hpp"

#include <utility>

namespace weixin::metrics {

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

double unix_seconds(wall_time t) { return std::chrono::duration<double>(t.time_since_epoch()).count(); }

template <class Array, class Enum>
void count(Array& counters, Enum value) noexcept {
  auto index = static_cast<std::size_t>(value);
  if (index < counters.size()) counters[index].fetch_add(1, relaxed);
}

} // namespace

account_metrics::account_metrics(std::string name, std::shared_ptr<registry_impl> owner)
    : name_(std::move(name)), owner_(std::move(owner)) {}

account_metrics::~account_metrics() { owner_->accounts.remove(*this); }

void account_metrics::set_state(account_state state) {
  auto index = static_cast<std::size_t>(state);
  if (index >= account_state_count) return;
  if (state_.exchange(state, relaxed) != state) owner_->state_changes[index]->Increment();
}

void account_metrics::set_last_sync(wall_time t) noexcept { last_sync_.store(unix_seconds(t), relaxed); }
void account_metrics::set_last_event(wall_time t) noexcept { last_event_.store(unix_seconds(t), relaxed); }
void account_metrics::set_session_start(wall_time t) noexcept {
  session_start_.store(unix_seconds(t), relaxed);
}
void account_metrics::logged_out(logout_reason reason) noexcept { count(logouts_, reason); }
void account_metrics::actor_restarted(restart_reason reason) noexcept { count(restarts_, reason); }

void account_metrics::message_received(std::string_view type) {
  received_.fetch_add(1, relaxed);
  auto name = owner_->checked(checked_label::message_type, type);
  owner_->by_type_cache
      .get(
          "received", name,
          [&]() -> auto& {
            return owner_->received_by_type.Add({{"type", name}});
          })
      .Increment();
}

void account_metrics::message_sent(std::string_view type) {
  sent_.fetch_add(1, relaxed);
  auto name = owner_->checked(checked_label::message_type, type);
  owner_->by_type_cache
      .get(
          "sent", name,
          [&]() -> auto& {
            return owner_->sent_by_type.Add({{"type", name}});
          })
      .Increment();
}

void account_metrics::send_failed(std::string_view reason) {
  send_failures_.fetch_add(1, relaxed);
  owner_->failures_by_reason.Add({{"reason", owner_->checked(checked_label::send_failure, reason)}})
      .Increment();
}

void account_metrics::set_send_queue_length(std::size_t length) noexcept {
  queue_length_.store(length, relaxed);
}

} // namespace weixin::metrics
