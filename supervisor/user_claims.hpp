#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace weixin::supervisor {

/// Which Weixin user belongs to which account, so that no user is served twice. A claim lasts from the
/// account's first login until the account is removed. Thread-safe.
class user_claims {
public:
  /// True when the user is now this account's; false when another account has it.
  bool claim(std::int64_t uin, const std::string& account) {
    std::lock_guard lock(mutex_);
    return owner_.try_emplace(uin, account).first->second == account;
  }
  void release(const std::string& account) {
    std::lock_guard lock(mutex_);
    std::erase_if(owner_, [&](const auto& entry) { return entry.second == account; });
  }

private:
  std::mutex mutex_;
  std::map<std::int64_t, std::string> owner_;
};

} // namespace weixin::supervisor
