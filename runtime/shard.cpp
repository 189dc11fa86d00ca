#include "runtime/shard.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <ctime>
#include <future>

namespace weixin::runtime {

namespace {

thread_local shard* current_shard = nullptr;

std::chrono::nanoseconds used_by_this_thread() noexcept {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

} // namespace

using std::chrono::steady_clock;

shard::shard(unsigned index)
    : index_(index), work_(boost::asio::make_work_guard(context_)),
      last_beat_(steady_clock::now().time_since_epoch().count()) {}

shard* shard::current() noexcept { return current_shard; }

void shard::run() {
  current_shard = this;
  context_.run();
  current_shard = nullptr;
}

void shard::ask_for_beat() {
  if (beat_pending_.exchange(true)) return;
  boost::asio::post(context_, [this, asked = steady_clock::now()] {
    auto now = steady_clock::now();
    lag_ = std::chrono::duration_cast<std::chrono::nanoseconds>(now - asked).count();
    last_beat_ = now.time_since_epoch().count();
    beat_pending_ = false;
    if (auto share = meter_.read(now, used_by_this_thread()))
      utilization_.store(*share, std::memory_order_relaxed);
  });
}

steady_clock::time_point shard::last_beat() const noexcept {
  return steady_clock::time_point{steady_clock::duration{last_beat_.load()}};
}

shard_pool::shard_pool(unsigned count) {
  for (unsigned i = 0; i < std::max(count, 1U); ++i) {
    shards_.push_back(std::make_unique<shard>(i));
    auto& s = *shards_.back();
    s.thread_ = std::thread([&s] { s.run(); });
  }
}

shard_pool::~shard_pool() { stop(); }

void shard_pool::run_on(std::size_t index, std::function<void()> work) {
  std::promise<void> done;
  boost::asio::post(at(index).context(), [&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void shard_pool::stop() {
  for (auto& s : shards_)
    s->work_.reset();
  for (auto& s : shards_) {
    if (!s->thread_.joinable()) continue;
    boost::asio::post(s->context_, [&c = s->context_] { c.stop(); });
    s->thread_.join();
  }
  // One shard may have posted to another that had ended: a promise that what is posted runs holds to the end.
  for (bool quiet = false; !quiet;) {
    quiet = true;
    for (auto& s : shards_) {
      s->context_.restart();
      if (s->context_.poll() > 0) quiet = false;
    }
  }
}

} // namespace weixin::runtime
