#pragma once

#include "httpd/message.hpp"
#include "protocol/result.hpp"
#include "runtime/wall_clock.hpp"
#include "store/access_records.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::admin {

/// What a route needs of its caller.
enum class need : std::uint8_t {
  anyone, ///< no token at all: the route checks what it is shown, or has nothing to hide
  read,
  operate,
  administer,
};
/// "public", "read", "operator" or "admin".
std::string_view to_string(need what) noexcept;

/// A token or a session that was shown, for as long as somebody uses it. Any thread.
class grant {
public:
  explicit grant(store::token_record r, bool is_session = false, std::string made_with = {})
      : record_(std::move(r)), is_session_(is_session), made_with_(std::move(made_with)),
        last_used_at_(record_.last_used_at) {}

  const store::token_record& record() const noexcept { return record_; } ///< `last_used_at` as it was stored
  bool is_session() const noexcept { return is_session_; }
  /// The token whose holder made the session's code; empty: a local caller. It ends with that token.
  const std::string& made_with() const noexcept { return made_with_; }
  bool is_good(wall_time now) const;
  bool is_expired(wall_time now) const noexcept { return record_.expires_at && *record_.expires_at <= now; }

  /// Notes that it was used. True when that is worth storing: once an hour.
  bool use(wall_time now);
  std::optional<wall_time> last_used_at() const;

  /// Calls `ended` once when it is revoked, on whichever thread revokes it; at once when it was. It must only
  /// hand the news on. Ends with `unwatch`.
  std::uint64_t watch(std::function<void()> ended);
  void unwatch(std::uint64_t number);
  void revoke();

private:
  const store::token_record record_;
  const bool is_session_;
  const std::string made_with_;
  mutable std::mutex mutex_;
  bool revoked_ = false;
  std::optional<wall_time> last_used_at_;
  std::optional<wall_time> stored_use_;
  std::uint64_t next_watch_ = 1;
  std::map<std::uint64_t, std::function<void()>> watches_;
};

/// Who asks. A peer of the unix socket may do everything, whoever shows a token what that allows, and anybody
/// else nothing.
struct caller {
  std::optional<httpd::peer_credentials> peer{};
  std::string from{}; ///< the address; empty on the unix socket
  std::shared_ptr<grant> by{};

  bool is_local() const noexcept { return peer.has_value(); }
  bool sees_all() const noexcept { return is_local() || (by && by->record().accounts.empty()); }
  bool sees(std::string_view account) const noexcept;
  bool may(need what) const noexcept;
  /// Why a route is not for this caller: unauthorized, forbidden_scope, or account_not_found where it names
  /// an account (`params`) that the token does not see. Nothing: it is.
  std::optional<error> refusal(need what,
                               const std::map<std::string, std::string, std::less<>>& params) const;
  /// "uid 1000", or the id of the token.
  std::string name() const;
};

} // namespace weixin::admin
