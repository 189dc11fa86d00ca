#include "transport/connection_pool.hpp"

#include <algorithm>

namespace weixin::transport {

connection_pool::connection_pool(const boost::asio::any_io_executor& executor,
                                 std::chrono::milliseconds idle_timeout)
    : timer_(executor), idle_timeout_(idle_timeout) {}

std::shared_ptr<tls_stream> connection_pool::take(const std::string& host) {
  while (true) {
    auto last = std::find_if(idle_.rbegin(), idle_.rend(), [&](const idle& i) { return i.host == host; });
    if (last == idle_.rend()) return nullptr;
    auto stream = std::move(last->stream);
    idle_.erase(std::next(last).base());
    if (stream->is_quiet()) return stream;
  }
}

void connection_pool::put(std::string host, std::shared_ptr<tls_stream> stream) {
  idle_.push_back({std::move(host), std::move(stream), std::chrono::steady_clock::now() + idle_timeout_});
  arm();
}

bool connection_pool::drop_oldest() {
  if (idle_.empty()) return false;
  idle_.pop_front();
  return true;
}

void connection_pool::clear() {
  idle_.clear();
  timer_.cancel();
}

void connection_pool::arm() {
  if (armed_ || idle_.empty()) return;
  armed_ = true;
  timer_.expires_at(idle_.front().until);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code) {
    auto self = weak.lock();
    if (!self) return;
    self->armed_ = false;
    auto now = std::chrono::steady_clock::now();
    while (!self->idle_.empty() && self->idle_.front().until <= now)
      self->idle_.pop_front();
    self->arm();
  });
}

} // namespace weixin::transport
