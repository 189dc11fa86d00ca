// What the registry counts of actors, shards, network, store and listeners.
#include "metrics/registry.hpp"
#include "metrics/registry_impl.hpp"

#include <algorithm>
#include <utility>

namespace weixin::metrics {

namespace {

/// More shards than cores of any machine would be a mistake of ours, not a label.
std::string shard_label(std::size_t shard) {
  return shard < 256 ? std::to_string(shard) : std::string{other};
}

template <class Enum, class Made, class Family, class... Args>
void fill(Made& made, Family& family, const char* label, const Args&... args) {
  for (std::size_t i = 0; i < made.size(); ++i)
    made[i] = &family.Add({{label, std::string{to_string(static_cast<Enum>(i))}}}, args...);
}

template <class Number>
double number(Number value) {
  return static_cast<double>(value);
}

} // namespace

void registry_impl::make_machine_room() {
  fill<actor_kind>(actor_failures, counters(metric::actor_failures), "kind");
  fill<actor_kind>(actor_giveups, counters(metric::actor_giveups), "kind");
  fill<actor_kind>(actors, gauges(metric::actors), "kind");
  fill<actor_kind>(mailbox_length, gauges(metric::mailbox_length), "kind");
  fill<actor_kind>(mailbox_max_length, gauges(metric::mailbox_max_length), "kind");
  fill<tls_result>(tls_handshakes, counters(metric::tls_handshakes), "result");
  fill<tls_result>(tls_durations, histograms(metric::tls_handshake_duration), "result",
                   buckets(metric::tls_handshake_duration));
  fill<lookup_result>(lookups, counters(metric::dns_lookups), "result");
  fill<store_access>(store_calls, counters(metric::store_calls), "access");
  fill<store_access>(store_durations, histograms(metric::store_transaction_duration), "access",
                     buckets(metric::store_transaction_duration));
  fill<dropped_rows>(store_dropped, counters(metric::store_rows_dropped), "kind");
}

void registry::actor_failed(actor_kind kind) {
  auto k = static_cast<std::size_t>(kind);
  if (k < actor_kind_count) impl_->actor_failures[k]->Increment();
}

void registry::actor_gave_up(actor_kind kind) {
  auto k = static_cast<std::size_t>(kind);
  if (k < actor_kind_count) impl_->actor_giveups[k]->Increment();
}

void registry::set_actors(actor_kind kind, const actor_sample& sample) {
  auto k = static_cast<std::size_t>(kind);
  if (k >= actor_kind_count) return;
  impl_->actors[k]->Set(number(sample.living));
  impl_->mailbox_length[k]->Set(number(sample.mailbox_length));
  impl_->mailbox_max_length[k]->Set(number(sample.mailbox_max_length));
}

void registry::set_scheduler(std::size_t shard, scheduler_sample sample) {
  impl_->sampled.set_scheduler(shard_label(shard), std::move(sample));
}

void registry::upstream_finished(std::string_view endpoint, std::string_view result, seconds took) {
  auto name = impl_->checked(checked_label::endpoint, endpoint);
  auto outcome = impl_->checked(checked_label::upstream_result, result);
  impl_->upstream_cache
      .get(
          name, outcome,
          [&]() -> auto& {
            return impl_->upstream.Add({{"endpoint", name}, {"result", outcome}});
          })
      .Increment();
  impl_->upstream_duration_cache
      .get(
          name, {},
          [&]() -> auto& {
            return impl_->upstream_duration.Add({{"endpoint", name}},
                                                buckets(metric::upstream_request_duration));
          })
      .Observe(positive(took));
}

void registry::set_breaker(std::string_view host, breaker_state state) {
  impl_->breakers.Add({{"host", impl_->checked(checked_label::host, host)}})
      .Set(static_cast<double>(std::min(state, breaker_state::open)));
}

void registry::http_request_served(std::string_view route, std::string_view method, int status,
                                   seconds took) {
  auto name = impl_->checked(checked_label::route, route);
  impl_->http_duration_cache
      .get(
          name, {},
          [&]() -> auto& {
            return impl_->http_duration.Add({{"route", name}}, buckets(metric::http_request_duration));
          })
      .Observe(positive(took));
  impl_->http
      .Add({{"route", name},
            {"method", impl_->checked(checked_label::method, method)},
            {"code", status_label(status)}})
      .Increment();
}

void registry::tls_handshake_ended(tls_result result, seconds took) {
  auto r = static_cast<std::size_t>(result);
  if (r >= tls_result_count) return;
  impl_->tls_handshakes[r]->Increment();
  impl_->tls_durations[r]->Observe(positive(took));
}

void registry::set_connections_open(std::size_t count) { impl_->connections.Set(number(count)); }

void registry::host_looked_up(lookup_result result, seconds took) {
  auto r = static_cast<std::size_t>(result);
  if (r >= lookup_result_count) return;
  impl_->lookups[r]->Increment();
  if (result != lookup_result::cached) impl_->lookup_duration.Observe(positive(took));
}

void registry::notification_ended(std::string_view target, notification_result result, seconds took) {
  auto name = impl_->checked(checked_label::notify_target, target);
  impl_->notifications.Add({{"target", name}, {"result", std::string{to_string(result)}}}).Increment();
  if (result == notification_result::ok)
    impl_->notification_delivery.Add({{"target", name}}, buckets(metric::notification_delivery))
        .Observe(positive(took));
}

void registry::set_notifications_waiting(std::string_view target, std::size_t count, seconds oldest) {
  auto name = impl_->checked(checked_label::notify_target, target);
  impl_->notifications_waiting.Add({{"target", name}}).Set(number(count));
  impl_->notification_oldest.Add({{"target", name}}).Set(positive(oldest));
}

void registry::store_transaction(store_access access, std::size_t calls, seconds took) {
  auto a = static_cast<std::size_t>(access);
  if (a >= store_access_count) return;
  impl_->store_calls[a]->Increment(number(calls));
  impl_->store_durations[a]->Observe(positive(took));
}

void registry::store_failed() { impl_->store_failures.Increment(); }

void registry::store_dropped(dropped_rows rows, std::uint64_t count) {
  auto r = static_cast<std::size_t>(rows);
  if (r < dropped_rows_count) impl_->store_dropped[r]->Increment(number(count));
}

void registry::set_store(const store_sample& sample) {
  impl_->store_queue.Set(number(sample.queue_length));
  impl_->store_accepting.Set(sample.accepting ? 1 : 0);
  impl_->database_bytes.Set(number(sample.database_bytes));
  impl_->log_bytes.Set(number(sample.log_bytes));
  impl_->disk_free.Set(number(sample.disk_free_bytes));
  impl_->disk_size.Set(number(sample.disk_size_bytes));
  std::lock_guard lock{impl_->store_mutex};
  if (sample.unreadable_rows <= impl_->unreadable_so_far) return;
  impl_->unreadable_rows.Increment(number(sample.unreadable_rows - impl_->unreadable_so_far));
  impl_->unreadable_so_far = sample.unreadable_rows;
}

void registry::set_stored(const stored_sample& sample) {
  impl_->stored_messages.Set(number(sample.messages));
  impl_->stored_message_bytes.Set(number(sample.message_bytes));
  impl_->stored_sends.Set(number(sample.sends));
}

} // namespace weixin::metrics
