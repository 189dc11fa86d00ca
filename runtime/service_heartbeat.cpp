#include "runtime/service_heartbeat.hpp"

#include "runtime/log.hpp"

#include <algorithm>
#include <optional>

namespace weixin::runtime {

struct heartbeat_round::state {
  explicit state(std::size_t parts) : asked_at(parts) {}
  std::mutex mutex;
  std::vector<std::optional<time_point>> asked_at; ///< nothing: it has answered
};

heartbeat_round::heartbeat_round(std::vector<heartbeat_part> parts)
    : parts_(std::move(parts)), state_(std::make_shared<state>(parts_.size())) {}

void heartbeat_round::ask(time_point now) {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    {
      std::lock_guard lock{state_->mutex};
      if (state_->asked_at[i]) continue;
      state_->asked_at[i] = now;
    }
    parts_[i].ask([s = state_, i] {
      std::lock_guard lock{s->mutex};
      s->asked_at[i].reset();
    });
  }
}

std::vector<std::string> heartbeat_round::silent(time_point now) const {
  std::vector<std::string> names;
  std::lock_guard lock{state_->mutex};
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const auto& since = state_->asked_at[i];
    if (since && now - *since >= parts_[i].patience) names.push_back(parts_[i].name);
  }
  return names;
}

service_heartbeat::service_heartbeat(options opts, std::vector<heartbeat_part> parts)
    : options_(std::move(opts)), round_(std::move(parts)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

service_heartbeat::~service_heartbeat() = default;

void service_heartbeat::run(const std::stop_token& stop) {
  round_.ask(std::chrono::steady_clock::now());
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    wake_.wait_for(lock, stop, options_.period, [] { return false; });
    if (!stop.stop_requested()) beat();
  }
}

void service_heartbeat::beat() {
  auto now = std::chrono::steady_clock::now();
  auto silent = round_.silent(now);
  if (silent.empty() && options_.alive) options_.alive();
  for (const auto& name : silent)
    if (std::find(reported_.begin(), reported_.end(), name) == reported_.end())
      log_error("heartbeat.missing", {{"part", name}});
  reported_ = std::move(silent);
  round_.ask(now);
  if (!options_.status_line || !options_.show_status) return;
  auto line = options_.status_line();
  if (line == shown_) return;
  options_.show_status(line);
  shown_ = std::move(line);
}

} // namespace weixin::runtime
