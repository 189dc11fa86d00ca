#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace weixin::transport {

/// Connections that are open, counted by what they hold. Thread-safe.
class connection_count {
public:
  /// One open connection; it ends with its owner. An empty one counts nothing.
  class entry {
  public:
    entry() = default;
    explicit entry(std::shared_ptr<connection_count> of) : of_(std::move(of)) {
      if (of_) ++of_->open_;
    }
    entry(entry&& other) noexcept : of_(std::move(other.of_)) {}
    entry& operator=(entry&& other) noexcept {
      std::swap(of_, other.of_);
      return *this;
    }
    ~entry() {
      if (of_) --of_->open_;
    }

  private:
    std::shared_ptr<connection_count> of_;
  };

  std::size_t open() const noexcept { return open_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::size_t> open_{0};
};

} // namespace weixin::transport
