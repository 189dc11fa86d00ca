#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <utility>

namespace weixin::transport {

/// Lets a limited number in; the others wait outside in order of arrival. Lives on one shard.
class fair_gate : public std::enable_shared_from_this<fair_gate> {
public:
  /// The right to be inside; ends with its owner.
  class pass {
  public:
    pass() = default;
    explicit pass(std::shared_ptr<fair_gate> gate) : gate_(std::move(gate)) {}
    pass(pass&& other) noexcept : gate_(std::move(other.gate_)) {}
    pass& operator=(pass&& other) noexcept {
      std::swap(gate_, other.gate_);
      return *this;
    }
    ~pass() {
      if (gate_) gate_->leave();
    }
    explicit operator bool() const noexcept { return gate_ != nullptr; }

  private:
    std::shared_ptr<fair_gate> gate_;
  };

  fair_gate(boost::asio::any_io_executor executor, std::size_t limit)
      : executor_(std::move(executor)), limit_(limit) {}

  /// An empty pass when the wait was cancelled. How many may wait is for the callers to limit.
  boost::asio::awaitable<pass> enter();

  std::size_t inside() const noexcept { return inside_; }

private:
  struct place;
  void leave();

  boost::asio::any_io_executor executor_;
  std::size_t limit_;
  std::size_t inside_ = 0;
  std::list<place*> waiting_;
};

} // namespace weixin::transport
