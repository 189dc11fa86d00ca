#include "transport/host_breaker.hpp"

#include <algorithm>
#include <utility>

namespace weixin::transport {

std::string_view to_string(breaker_state state) noexcept {
  switch (state) {
  case breaker_state::closed:
    return "closed";
  case breaker_state::open:
    return "open";
  case breaker_state::half_open:
    return "half_open";
  }
  return "closed";
}

host_breaker::permit::permit(permit&& other) noexcept
    : breaker_(std::exchange(other.breaker_, nullptr)), host_(std::move(other.host_)), who_(other.who_),
      probe_(other.probe_) {}

host_breaker::permit& host_breaker::permit::operator=(permit&& other) noexcept {
  std::swap(breaker_, other.breaker_);
  std::swap(host_, other.host_);
  std::swap(who_, other.who_);
  std::swap(probe_, other.probe_);
  return *this;
}

host_breaker::permit::~permit() {
  if (breaker_ && probe_) breaker_->on_dropped_probe(host_);
}

void host_breaker::permit::succeeded() {
  if (auto breaker = std::exchange(breaker_, nullptr)) breaker->on_success(host_, who_);
}

void host_breaker::permit::failed() {
  if (auto breaker = std::exchange(breaker_, nullptr)) breaker->on_failure(host_, who_, probe_);
}

host_breaker::host_breaker(breaker_options options, clock now) : options_(options), now_(std::move(now)) {}

/// Forgets who does not use the host any more.
void host_breaker::prune(memory& m, time_point now) const {
  if (now - m.pruned_at < options_.in_use / 10) return;
  m.pruned_at = now;
  std::erase_if(m.users, [&](const auto& user) {
    bool gone = now - user.second.at > options_.in_use;
    if (gone && user.second.failed) --m.failing;
    return gone;
  });
}

void host_breaker::note_end(memory& m, caller who, bool failed) {
  auto user = m.users.find(who);
  if (user == m.users.end() || user->second.failed == failed) return;
  user->second.failed = failed;
  m.failing = failed ? m.failing + 1 : m.failing - 1;
}

host_breaker::permit host_breaker::admit(const std::string& host, caller who) {
  std::lock_guard lock{mutex_};
  auto found = hosts_.find(host);
  if (found == hosts_.end()) {
    if (hosts_.size() >= max_hosts) return permit{shared_from_this(), host, who, false};
    found = hosts_.emplace(host, memory{}).first;
  }
  auto& m = found->second;
  auto now = now_();
  m.users[who].at = now;
  prune(m, now);
  if (m.state == breaker_state::closed) return permit{shared_from_this(), host, who, false};
  if (m.probing || now < m.open_until) return {};
  if (m.last_probe == who && m.users.size() > 1) return {};
  m.state = breaker_state::half_open;
  m.probing = true;
  m.last_probe = who;
  return permit{shared_from_this(), host, who, true};
}

void host_breaker::on_success(const std::string& host, caller who) {
  std::lock_guard lock{mutex_};
  auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  auto& m = found->second;
  note_end(m, who, false);
  // Also from a call that was let through before the breaker opened: the host answers, whoever asked it.
  m.state = breaker_state::closed;
  m.failures = 0;
  m.probing = false;
  m.last_probe.reset();
}

void host_breaker::on_failure(const std::string& host, caller who, bool probe) {
  std::lock_guard lock{mutex_};
  auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  auto& m = found->second;
  auto now = now_();
  note_end(m, who, true);
  prune(m, now);
  ++m.failures;
  if (m.state == breaker_state::closed) {
    if (m.failures < options_.failures_to_open || m.failing * 2 <= m.users.size()) return;
    m.pause = options_.first_pause;
  } else {
    // Calls from before the opening end one after the other; only the probe says something new.
    if (!probe || !m.probing) return;
    m.pause = std::min(m.pause * 2, options_.longest_pause);
  }
  m.state = breaker_state::open;
  m.probing = false;
  m.open_until = now + m.pause;
}

void host_breaker::on_dropped_probe(const std::string& host) {
  std::lock_guard lock{mutex_};
  auto found = hosts_.find(host);
  if (found == hosts_.end() || !found->second.probing) return;
  found->second.probing = false;
  found->second.last_probe.reset();
  found->second.state = breaker_state::open;
}

std::vector<host_breaker::view> host_breaker::states() const {
  std::lock_guard lock{mutex_};
  std::vector<view> all;
  all.reserve(hosts_.size());
  for (const auto& [host, m] : hosts_)
    all.push_back({host, m.state, m.failures});
  return all;
}

} // namespace weixin::transport
