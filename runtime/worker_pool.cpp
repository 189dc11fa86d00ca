#include "runtime/worker_pool.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>

namespace weixin::runtime {

struct worker_pool::impl {
  impl(unsigned threads, std::size_t max) : pool(threads), max_pending(max) {}
  boost::asio::thread_pool pool;
  std::size_t max_pending;
  std::atomic<std::size_t> pending{0};
};

worker_pool::worker_pool(unsigned threads, std::size_t max_pending)
    : impl_(std::make_unique<impl>(threads, max_pending)) {}

worker_pool::~worker_pool() { impl_->pool.join(); }

bool worker_pool::submit(std::function<void()> job) {
  if (impl_->pending.fetch_add(1) >= impl_->max_pending) {
    impl_->pending.fetch_sub(1);
    return false;
  }
  boost::asio::post(impl_->pool, [this, job = std::move(job)] {
    job();
    impl_->pending.fetch_sub(1);
  });
  return true;
}

} // namespace weixin::runtime
