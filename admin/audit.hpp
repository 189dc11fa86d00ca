#pragma once

#include "admin/caller.hpp"
#include "runtime/token_bucket.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace weixin::admin {

/// Who did what through the admin API, and who was refused: a line in the log and a row in the store for
/// each. A row that the store does not take is told in the log and holds up nothing. Thread-safe.
class audit_trail {
public:
  audit_trail(std::shared_ptr<store::store> store, std::shared_ptr<const wall_clock> clock)
      : store_(std::move(store)), clock_(std::move(clock)) {}

  /// A call that was to change something: `row` without id, time, and what `who` says.
  void done(const caller& who, store::audit_record row);
  /// A call that was refused for want of a token, of its scope, or of a good origin. A bounded number a
  /// second is told; the next one that is says how many were not.
  void refused(const caller& who, std::string call, std::string_view account, int status,
               std::string_view code);

private:
  void write(const caller& who, store::audit_record row);

  const std::shared_ptr<store::store> store_;
  const std::shared_ptr<const wall_clock> clock_;
  std::mutex mutex_;
  runtime::token_bucket refusals_{1, 30};
  std::uint64_t untold_ = 0;
};

} // namespace weixin::admin
