#pragma once

#include "admin/caller.hpp"
#include "httpd/request_rates.hpp"
#include "protocol/secret.hpp"
#include "store/ids.hpp"
#include "store/store.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::admin {

/// What a token, or a code for a session, is to allow.
struct access_request {
  std::string name;
  store::token_scope scope = store::token_scope::read;
  std::vector<std::string> accounts; ///< empty: all
  std::optional<std::chrono::seconds> expires_in;
};

/// Something that was made, with what its holder shows: the only time that anybody sees that.
struct made_access {
  secret text;
  store::token_record record;
};

/// Who may come in by TCP: the tokens, which the store keeps, and the sessions and codes for one sign-in,
/// which a restart forgets. Thread-safe. Callbacks come on the store's thread.
class access {
public:
  static constexpr std::chrono::minutes code_lifetime{5};
  static constexpr std::chrono::hours session_lifetime{12};
  static constexpr std::size_t max_codes = 100;    ///< the oldest makes room
  static constexpr std::size_t max_sessions = 500; ///< the one that ends first makes room

  access(std::shared_ptr<store::store> store, std::shared_ptr<const wall_clock> clock,
         entropy_source entropy);

  /// What the store has, at the start.
  void load(const std::vector<store::token_record>& tokens);
  /// How many tokens there are, expired ones included.
  std::size_t tokens() const;

  /// Whose token this is; null when nobody's: not known, revoked, or expired. Compares with all there are, in
  /// a time that tells nothing of them.
  std::shared_ptr<grant> find(std::string_view token) const;
  /// Who asks: by the unix socket's peer, or by the header Authorization.
  caller identify(const httpd::request& r) const;
  /// Notes that a token was used; the store hears of it once an hour.
  void used(const std::shared_ptr<grant>& by);

  void create(access_request wanted, const caller& who, store::store::callback<made_access> done);
  /// From this call on the token, and each session that came of it, is refused. An error of the store means
  /// that it would be good again after a restart. Errors: token_not_found.
  void revoke(const std::string& id, store::store::callback<void> done);
  /// Tokens and sessions, by id; expired tokens too.
  std::vector<std::shared_ptr<grant>> list() const;

  /// `expires_in` is not looked at.
  made_access make_code(access_request wanted, const caller& who);
  /// A session for a code, once. Error: code_rejected.
  result<made_access> sign_in(std::string_view code);
  /// Ends a session. False when it is none.
  bool sign_out(const caller& who);

  /// Whether that address failed so often that nothing is looked at for a while: after how long again.
  std::optional<std::chrono::nanoseconds> failed(const std::string& address);

private:
  struct code {
    std::string hash;
    store::token_record record; ///< what the session will be
    std::string made_with;
    wall_time expires_at{};
  };

  std::vector<std::shared_ptr<grant>> take(const std::string& id);

  const std::shared_ptr<store::store> store_;
  const std::shared_ptr<const wall_clock> clock_;
  store::id_source ids_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<grant>> grants_;
  std::vector<code> codes_;
  httpd::request_rates failures_;
};

/// What stands behind "Bearer" in the header Authorization; empty when it is not that.
std::string_view bearer_token(const httpd::request& r) noexcept;

} // namespace weixin::admin
