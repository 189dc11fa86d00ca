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
  if (auto breaker = std::exchange(breaker_, nullptr)) breaker->on_success(host_);
}

void host_breaker::permit::failed() {
  if (auto breaker = std::exchange(breaker_, nullptr)) breaker->on_failure(host_, who_, probe_);
}

host_breaker::host_breaker(breaker_options options, clock now) : options_(options), now_(std::move(now)) {}

void host_breaker::note_use(memory& m, use u) {
  if (m.last_use && m.last_use->who != u.who) m.last_use_by_another = m.last_use;
  m.last_use = u;
}

bool host_breaker::others_use(const memory& m, caller who) const {
  auto counts = [&](const std::optional<use>& u) {
    return u && u->who != who && now_() - u->at <= options_.in_use;
  };
  return counts(m.last_use) || counts(m.last_use_by_another);
}

host_breaker::permit host_breaker::admit(const std::string& host, caller who) {
  std::lock_guard lock{mutex_};
  auto found = hosts_.find(host);
  if (found == hosts_.end()) {
    if (hosts_.size() >= max_hosts) return permit{shared_from_this(), host, who, false};
    found = hosts_.emplace(host, memory{}).first;
  }
  auto& m = found->second;
  note_use(m, {who, now_()});
  if (m.state == breaker_state::closed) return permit{shared_from_this(), host, who, false};
  if (m.probing || now_() < m.open_until) return {};
  if (m.last_probe == who && others_use(m, who)) return {};
  m.state = breaker_state::half_open;
  m.probing = true;
  m.last_probe = who;
  return permit{shared_from_this(), host, who, true};
}

void host_breaker::on_success(const std::string& host) {
  std::lock_guard lock{mutex_};
  auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  // Also from a call that was let through before the breaker opened: the host answers, whoever asked it.
  memory fresh;
  fresh.last_use = found->second.last_use;
  fresh.last_use_by_another = found->second.last_use_by_another;
  found->second = fresh;
}

void host_breaker::on_failure(const std::string& host, caller who, bool probe) {
  std::lock_guard lock{mutex_};
  auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  auto& m = found->second;
  if (m.failures++ == 0) m.first_failed = who;
  m.several_failed = m.several_failed || who != m.first_failed;
  if (m.state == breaker_state::closed) {
    if (m.failures < options_.failures_to_open || (!m.several_failed && others_use(m, who))) return;
    m.pause = options_.first_pause;
  } else {
    // Calls from before the opening end one after the other; only the probe says something new.
    if (!probe || !m.probing) return;
    m.pause = std::min(m.pause * 2, options_.longest_pause);
  }
  m.state = breaker_state::open;
  m.probing = false;
  m.open_until = now_() + m.pause;
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
