#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace weixin::transport {

/// A value that comes from another thread, or from this one later, to a coroutine that waits for it on its
/// shard.
template <class T>
class late_value {
public:
  explicit late_value(const boost::asio::any_io_executor& executor)
      : inside_(std::make_shared<inside>(executor)) {}

  /// Gives the value; from any thread, also after nobody waits any more. The first call counts.
  std::function<void(T)> giver() {
    return [weak = std::weak_ptr<inside>{inside_}, executor = inside_->wake.get_executor()](T value) {
      boost::asio::post(executor, [weak, value = std::move(value)]() mutable {
        auto to = weak.lock();
        if (!to || to->value) return;
        to->value.emplace(std::move(value));
        to->wake.cancel();
      });
    };
  }

  /// Waits; nothing when the limit passed first. Without a limit only the end of the call ends the waiting.
  boost::asio::awaitable<std::optional<T>>
  get(boost::asio::steady_timer::time_point until = boost::asio::steady_timer::time_point::max()) {
    auto kept = inside_;
    if (!kept->value) {
      kept->wake.expires_at(until);
      co_await kept->wake.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    co_return std::move(kept->value);
  }

private:
  struct inside {
    explicit inside(const boost::asio::any_io_executor& executor) : wake(executor) {}
    boost::asio::steady_timer wake;
    std::optional<T> value;
  };
  std::shared_ptr<inside> inside_;
};

} // namespace weixin::transport
