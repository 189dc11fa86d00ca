#pragma once

#include "protocol/webwx/session.hpp"
#include "store/store.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::supervisor {

/// What an account supervisor stores: the record, the session, the history. What the store does not take (a
/// full disk) is kept and offered again by `retry`. Used inside the account supervisor only.
class account_writer {
public:
  static constexpr std::size_t max_waiting_changes = 100;

  using callback = std::function<void(result<void>)>;

  /// `inside` makes a callback run inside the owner. `failed` hears every error of the store.
  account_writer(std::string account, std::shared_ptr<store::store> store,
                 std::function<callback(callback)> inside, std::function<void(const error&)> failed);

  /// `done`, if any, hears what became of this very try.
  void save_record(store::account_record record, callback done = {});
  /// Stores the session as it is at the time of the try; null removes the stored one.
  void save_session(std::shared_ptr<const webwx::session> session);
  /// In order; when `max_waiting_changes` wait, the oldest makes room.
  void append_history(store::state_change change);
  /// Offers what the store did not take before.
  void retry();

private:
  void write_history();
  /// Whether `r` is a success; logs and tells otherwise.
  bool taken(const result<void>& r, std::string_view what) const;

  const std::string account_;
  const std::shared_ptr<store::store> store_;
  const std::function<callback(callback)> inside_;
  const std::function<void(const error&)> failed_;

  // What is to be offered again; a newer state replaces an older one.
  std::optional<store::account_record> record_;
  std::optional<std::shared_ptr<const webwx::session>> session_;
  std::deque<store::state_change> history_; // the first is under way while writing_
  bool writing_ = false;
  std::uint64_t records_saved_ = 0; // a failure of an older try does not bring its record back
  std::uint64_t sessions_saved_ = 0;
};

} // namespace weixin::supervisor
