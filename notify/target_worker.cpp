#include "notify/target_worker.hpp"

#include <utility>

namespace weixin::notify {

namespace {

using metrics::notification_result;
using std::chrono::steady_clock;

constexpr std::size_t most_tests = 16;

std::string account_of(const job& j) { return j.what.size() == 1 ? j.what.front().account : std::string{}; }

std::string_view event_of(const job& j) {
  return j.is_refresh || j.what.empty() ? std::string_view{"refresh"} : to_string(j.what.front().what);
}

} // namespace

target_worker::target_worker(worker_options options, deliver how)
    : options_(std::move(options)), deliver_(std::move(how)),
      random_(static_cast<random_generator::result_type>(options_.seed)) {
  if (!options_.pause)
    options_.pause = [this](unsigned tries, const attempt& last) {
      return pause_after(tries, last.retry_after, random_);
    };
  thread_ = std::thread([this] { run(); });
}

target_worker::~target_worker() { stop(); }

void target_worker::stop() {
  std::deque<test_job> never_made;
  {
    std::lock_guard lock(mutex_);
    stop_.set();
    never_made.swap(tests_);
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  for (auto& t : never_made)
    t.done({attempt::verdict::refused, "stopped"});
}

void target_worker::enqueue(job j) {
  std::optional<held_job> dropped;
  auto level = log_level::debug; // one line for the first: the rest is counted
  {
    std::lock_guard lock(mutex_);
    if (stop_.is_set() || (j.is_refresh && (current_ || !queue_.empty()))) return;
    queue_.push_back({std::move(j), steady_clock::now()});
    if (queue_.size() > options_.capacity) {
      dropped = std::move(queue_.front());
      queue_.pop_front();
      if (!std::exchange(told_of_drops_, true)) level = log_level::warn;
    }
    changed_.notify_all();
  }
  if (dropped) end(*dropped, notification_result::dropped, {attempt::verdict::refused, "queue full"}, level);
}

void target_worker::test(job j, on_tested done) {
  {
    std::lock_guard lock(mutex_);
    if (!stop_.is_set() && tests_.size() < most_tests) {
      tests_.push_back({std::move(j), std::move(done)});
      changed_.notify_all();
      return;
    }
  }
  done({attempt::verdict::refused, stop_.is_set() ? "stopped" : "too many tests at once"});
}

target_worker::backlog target_worker::waiting() const {
  std::lock_guard lock(mutex_);
  backlog b{queue_.size() + (current_ ? 1U : 0U), {}};
  if (b.jobs > 0) b.oldest = steady_clock::now() - (current_ ? current_->since : queue_.front().since);
  return b;
}

void target_worker::run() {
  std::unique_lock lock(mutex_);
  while (!stop_.is_set()) {
    if (!tests_.empty()) {
      auto t = std::move(tests_.front());
      tests_.pop_front();
      lock.unlock();
      t.done(deliver_(t.what, stop_));
      lock.lock();
    } else if (current_ && steady_clock::now() >= next_try_) {
      try_once(lock);
    } else if (current_) {
      changed_.wait_until(lock, next_try_);
    } else if (!queue_.empty()) {
      current_ = std::move(queue_.front());
      queue_.pop_front();
      tries_ = 0;
      next_try_ = {};
    } else {
      told_of_drops_ = false;
      changed_.wait(lock);
    }
  }
}

void target_worker::try_once(std::unique_lock<std::mutex>& lock) {
  lock.unlock(); // only this thread changes `current_`
  auto a = deliver_(current_->what, stop_);
  if (stop_.is_set() && a.what != attempt::verdict::delivered) return lock.lock();
  settle(a);
  lock.lock();
}

void target_worker::settle(const attempt& a) {
  ++tries_;
  std::optional<std::chrono::milliseconds> pause;
  if (a.what == attempt::verdict::try_again && !current_->what.is_refresh) pause = options_.pause(tries_, a);
  if (pause) {
    log_debug("notify.retry", {{"target", options_.name},
                               {"what", event_of(current_->what)},
                               {"why", a.detail},
                               {"in_ms", pause->count()}});
    next_try_ = steady_clock::now() + *pause;
    return;
  }
  auto result = a.what == attempt::verdict::delivered ? notification_result::ok
                : a.what == attempt::verdict::refused ? notification_result::refused
                                                      : notification_result::failed;
  end(*current_, result, a, result == notification_result::ok ? log_level::debug : log_level::warn);
  std::lock_guard lock(mutex_);
  current_.reset();
}

void target_worker::end(const held_job& j, notification_result result, const attempt& last, log_level level) {
  if (log_enabled(level))
    log_event(level, "notify.ended",
              {{"target", options_.name},
               {"what", event_of(j.what)},
               {"account", account_of(j.what)},
               {"result", to_string(result)},
               {"why", last.detail}});
  if (!j.what.is_refresh && options_.on_end) options_.on_end(result, steady_clock::now() - j.since);
}

} // namespace weixin::notify
