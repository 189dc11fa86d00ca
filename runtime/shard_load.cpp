#include "runtime/shard_load.hpp"

#include <algorithm>

namespace weixin::runtime {

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

std::size_t index_of(metrics::actor_kind kind) noexcept {
  return std::min(static_cast<std::size_t>(kind), metrics::actor_kind_count - 1);
}

} // namespace

void shard_load::ran(std::chrono::nanoseconds waited, std::chrono::nanoseconds took) noexcept {
  waits_.observe(waited);
  runs_.observe(took);
}

void shard_load::mailbox(metrics::actor_kind kind, std::size_t length, time_point now) noexcept {
  turn_window(now);
  auto& longest = kinds_[index_of(kind)].longest;
  if (length > longest.load(relaxed)) longest.store(length, relaxed);
}

void shard_load::turn_window(time_point now) noexcept {
  auto began = time_point{time_point::duration{window_began_.load(relaxed)}};
  if (now < began + window) return;
  for (auto& k : kinds_)
    k.longest_before.store(now < began + 2 * window ? k.longest.load(relaxed) : 0, relaxed);
  for (auto& k : kinds_)
    k.longest.store(0, relaxed);
  window_began_.store(now.time_since_epoch().count(), relaxed);
}

void shard_load::begin_look(time_point now) noexcept {
  next_look_ = now + look_period;
  looked_at_.store(now.time_since_epoch().count(), relaxed);
  for (auto& k : kinds_)
    k.seen.store(0, relaxed);
}

void shard_load::saw(metrics::actor_kind kind, std::size_t length) noexcept {
  auto& seen = kinds_[index_of(kind)].seen;
  seen.store(seen.load(relaxed) + length, relaxed);
}

void shard_load::started(metrics::actor_kind kind) noexcept {
  kinds_[index_of(kind)].living.fetch_add(1, relaxed);
}

void shard_load::ended(metrics::actor_kind kind) noexcept {
  kinds_[index_of(kind)].living.fetch_sub(1, relaxed);
}

/// A shard without work turns no window and looks at nothing: what is old says so itself.
metrics::actor_sample shard_load::actors(metrics::actor_kind kind, time_point now) const noexcept {
  const auto& k = kinds_[index_of(kind)];
  auto since = [&](const std::atomic<ticks>& then) {
    return now - time_point{time_point::duration{then.load(relaxed)}};
  };
  metrics::actor_sample s;
  s.living = static_cast<std::size_t>(std::max<std::int64_t>(k.living.load(relaxed), 0));
  if (since(looked_at_) < 2 * look_period) s.mailbox_length = k.seen.load(relaxed);
  auto age = since(window_began_);
  if (age < 2 * window) s.mailbox_max_length = k.longest.load(relaxed);
  if (age < window) s.mailbox_max_length = std::max(s.mailbox_max_length, k.longest_before.load(relaxed));
  return s;
}

} // namespace weixin::runtime
