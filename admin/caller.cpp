#include "admin/caller.hpp"

#include <algorithm>

namespace weixin::admin {

namespace {

constexpr std::chrono::hours use_is_stored_every{1};

need most_of(store::token_scope scope) noexcept {
  switch (scope) {
  case store::token_scope::read:
    return need::read;
  case store::token_scope::operate:
    return need::operate;
  case store::token_scope::administer:
    return need::administer;
  }
  return need::read;
}

} // namespace

std::string_view to_string(need what) noexcept {
  switch (what) {
  case need::anyone:
    return "public";
  case need::read:
    return "read";
  case need::operate:
    return "operator";
  case need::administer:
    return "admin";
  }
  return "admin";
}

bool grant::is_good(wall_time now) const {
  if (is_expired(now)) return false;
  std::lock_guard lock(mutex_);
  return !revoked_;
}

bool grant::use(wall_time now) {
  std::lock_guard lock(mutex_);
  if (!stored_use_) stored_use_ = record_.last_used_at;
  last_used_at_ = now;
  // A clock that was set back is no reason to wait for it.
  if (stored_use_ && now >= *stored_use_ && now - *stored_use_ < use_is_stored_every) return false;
  stored_use_ = now;
  return !is_session_;
}

std::optional<wall_time> grant::last_used_at() const {
  std::lock_guard lock(mutex_);
  return last_used_at_;
}

std::uint64_t grant::watch(std::function<void()> ended) {
  {
    std::lock_guard lock(mutex_);
    if (!revoked_) {
      watches_.emplace(next_watch_, std::move(ended));
      return next_watch_++;
    }
  }
  ended();
  return 0;
}

void grant::unwatch(std::uint64_t number) {
  std::lock_guard lock(mutex_);
  watches_.erase(number);
}

void grant::revoke() {
  std::map<std::uint64_t, std::function<void()>> watches;
  {
    std::lock_guard lock(mutex_);
    revoked_ = true;
    watches.swap(watches_);
  }
  for (const auto& [number, ended] : watches)
    ended();
}

bool caller::sees(std::string_view account) const noexcept {
  if (sees_all()) return true;
  if (!by) return false;
  const auto& names = by->record().accounts;
  return std::find(names.begin(), names.end(), account) != names.end();
}

bool caller::may(need what) const noexcept {
  if (what == need::anyone || is_local()) return true;
  return by && most_of(by->record().scope) >= what;
}

std::optional<error> caller::refusal(need what,
                                     const std::map<std::string, std::string, std::less<>>& params) const {
  if (what == need::anyone || is_local()) return std::nullopt;
  if (!by) return fail(errc::unauthorized);
  if (!may(what))
    return fail(errc::forbidden_scope, "its scope is " + std::string{to_string(by->record().scope)} +
                                           ", and this needs " + std::string{to_string(what)});
  auto account = params.find("name");
  if (account != params.end()) {
    if (!sees(account->second)) return fail(errc::account_not_found);
  } else if (what == need::administer && !sees_all()) {
    return fail(errc::forbidden_scope, "it is for some accounts only, and this concerns all");
  }
  return std::nullopt;
}

std::string caller::name() const {
  if (peer) return "uid " + std::to_string(peer->uid);
  return by ? by->record().id : std::string{};
}

} // namespace weixin::admin
