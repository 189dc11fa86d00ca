#include "metrics/account_collector.hpp"

#include "metrics/sampled_family.hpp"

namespace weixin::metrics {

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

double number(std::uint64_t value) { return static_cast<double>(value); }

template <class Enum>
std::string label(std::size_t index) {
  return std::string{to_string(static_cast<Enum>(index))};
}

} // namespace

std::shared_ptr<account_metrics> account_collector::find_or_add(std::string_view name,
                                                                const std::shared_ptr<registry_impl>& owner) {
  // Made first: the lock is not held while memory is allocated, and never while a handle may end.
  std::shared_ptr<account_metrics> fresh{new account_metrics{std::string{name}, owner}};
  std::shared_ptr<account_metrics> present;
  {
    std::lock_guard lock{mutex_};
    auto [at, added] = accounts_.try_emplace(std::string{name});
    if (!added) present = at->second.handle.lock();
    if (!present) at->second = {fresh.get(), fresh};
  }
  return present ? present : fresh;
}

void account_collector::remove(const account_metrics& account) {
  std::lock_guard lock{mutex_};
  auto at = accounts_.find(account.name());
  // Another handle of that name may have been made between the last release and now.
  if (at != accounts_.end() && at->second.account == &account) accounts_.erase(at);
  gone_.add(account);
  gone_.queue_length = 0;
}

void account_collector::totals::add(const account_metrics& account) {
  for (std::size_t i = 0; i < logouts.size(); ++i)
    logouts[i] += account.logouts_[i].load(relaxed);
  for (std::size_t i = 0; i < restarts.size(); ++i)
    restarts[i] += account.restarts_[i].load(relaxed);
  received += account.received_.load(relaxed);
  sent += account.sent_.load(relaxed);
  send_failures += account.send_failures_.load(relaxed);
  queue_length += account.queue_length_.load(relaxed);
}

std::vector<prometheus::MetricFamily> account_collector::Collect() const {
  std::vector<prometheus::MetricFamily> families;
  std::lock_guard lock{mutex_};
  collect_states(families);
  exported_ = wanted_ == account_series::full ||
              (wanted_ == account_series::automatic && accounts_.size() <= max_named_accounts);
  sampled_family exported{metric::account_series_exported};
  exported.sample(exported_ ? 1 : 0);
  exported.append_to(families);
  if (exported_)
    collect_each(families);
  else
    collect_sums(families);
  return families;
}

std::optional<bool> account_collector::take_change() {
  std::lock_guard lock{mutex_};
  if (exported_ == told_) return {};
  told_ = exported_;
  return told_;
}

void account_collector::collect_states(std::vector<prometheus::MetricFamily>& families) const {
  std::array<std::uint64_t, account_state_count> count{};
  for (const auto& [name, e] : accounts_)
    ++count[static_cast<std::size_t>(e.account->state_.load(relaxed))];
  sampled_family accounts{metric::accounts};
  for (std::size_t i = 0; i < count.size(); ++i)
    accounts.sample(number(count[i]), {label<account_state>(i)});
  accounts.append_to(families);
}

void account_collector::collect_each(std::vector<prometheus::MetricFamily>& families) const {
  sampled_family state{metric::account_state}, last_sync{metric::account_last_sync},
      last_event{metric::account_last_event}, session_start{metric::account_session_start},
      logouts{metric::logouts}, restarts{metric::actor_restarts}, received{metric::messages_received},
      sent{metric::messages_sent}, failures{metric::send_failures}, queue{metric::send_queue_length};
  for (const auto& [name, e] : accounts_) {
    const auto& a = *e.account;
    auto present = static_cast<std::size_t>(a.state_.load(relaxed));
    for (std::size_t i = 0; i < account_state_count; ++i)
      state.sample(i == present ? 1 : 0, {name, label<account_state>(i)});
    last_sync.sample(a.last_sync_.load(relaxed), {name});
    last_event.sample(a.last_event_.load(relaxed), {name});
    session_start.sample(a.session_start_.load(relaxed), {name});
    for (std::size_t i = 0; i < logout_reason_count; ++i)
      logouts.sample(number(a.logouts_[i].load(relaxed)), {name, label<logout_reason>(i)});
    for (std::size_t i = 0; i < restart_reason_count; ++i)
      restarts.sample(number(a.restarts_[i].load(relaxed)), {name, label<restart_reason>(i)});
    received.sample(number(a.received_.load(relaxed)), {name});
    sent.sample(number(a.sent_.load(relaxed)), {name});
    failures.sample(number(a.send_failures_.load(relaxed)), {name});
    queue.sample(number(a.queue_length_.load(relaxed)), {name});
  }
  for (auto* family : {&state, &last_sync, &last_event, &session_start, &logouts, &restarts, &received, &sent,
                       &failures, &queue})
    family->append_to(families);
}

void account_collector::collect_sums(std::vector<prometheus::MetricFamily>& families) const {
  auto sum = gone_;
  for (const auto& [name, e] : accounts_)
    sum.add(*e.account);
  sampled_family logouts{metric::logouts}, restarts{metric::actor_restarts},
      received{metric::messages_received}, sent{metric::messages_sent}, failures{metric::send_failures},
      queue{metric::send_queue_length};
  for (std::size_t i = 0; i < logout_reason_count; ++i)
    logouts.sample_summed(number(sum.logouts[i]), label<logout_reason>(i));
  for (std::size_t i = 0; i < restart_reason_count; ++i)
    restarts.sample_summed(number(sum.restarts[i]), label<restart_reason>(i));
  received.sample(number(sum.received));
  sent.sample(number(sum.sent));
  failures.sample(number(sum.send_failures));
  queue.sample(number(sum.queue_length));
  for (auto* family : {&logouts, &restarts, &received, &sent, &failures, &queue})
    family->append_to(families);
}

} // namespace weixin::metrics
