#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/storage_ptr.hpp>

#include <array>

namespace weixin::webwx {

/// Memory of a JSON document that lives no longer than the function that reads or writes it: the stack, and
/// the heap only for what does not fit. Nothing is given back before the end, and no destructor has to run.
class scratch_memory {
public:
  scratch_memory() : resource_(buffer_.data(), buffer_.size()) {}
  scratch_memory(const scratch_memory&) = delete;
  scratch_memory& operator=(const scratch_memory&) = delete;

  /// For values that end before this does. A value with another storage is copied when it is put into one
  /// of these.
  boost::json::storage_ptr storage() noexcept { return &resource_; }

private:
  std::array<unsigned char, 8192> buffer_;
  boost::json::monotonic_resource resource_;
};

} // namespace weixin::webwx
