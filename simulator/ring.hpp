#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

namespace weixin::simulator {

/// The newest entries of something that never ends, numbered from 1. What exceeds the bound is forgotten,
/// oldest first.
template <class T>
class ring {
public:
  explicit ring(std::size_t max_entries) : max_entries_(max_entries) {}

  /// Returns the entry's number.
  std::uint64_t add(T entry) {
    entries_.push_back(std::move(entry));
    if (entries_.size() > max_entries_) entries_.pop_front();
    return ++last_;
  }
  /// Calls `visit(number, entry)` for at most `limit` entries with a number above `after`, oldest first.
  template <class F>
  void visit_after(std::uint64_t after, std::size_t limit, F visit) const {
    auto first = last_ - entries_.size() + 1;
    auto from = after < first ? first : after + 1;
    for (auto n = from; n <= last_ && limit > 0; ++n, --limit)
      visit(n, entries_[static_cast<std::size_t>(n - first)]);
  }
  /// The newest entry that fits; nullptr when there is none.
  template <class F>
  T* newest_where(F fits) {
    auto found = std::find_if(entries_.rbegin(), entries_.rend(), fits);
    return found == entries_.rend() ? nullptr : &*found;
  }
  std::uint64_t last() const noexcept { return last_; }
  void clear() { entries_.clear(); }

private:
  std::size_t max_entries_;
  std::deque<T> entries_;
  std::uint64_t last_ = 0;
};

} // namespace weixin::simulator
