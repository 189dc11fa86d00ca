#pragma once

#include "protocol/result.hpp"
#include "protocol/secret.hpp"
#include "protocol/webwx/cookies.hpp"
#include "protocol/webwx/hosts.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weixin::webwx {

/// A SyncKey or SyncCheckKey: how far an account has read, in pairs of key and value
/// (weixin-protocol.md 4.1).
struct sync_key_list {
  static constexpr std::size_t max_pairs = 64;

  std::vector<std::pair<int, std::int64_t>> pairs;

  bool empty() const noexcept { return pairs.empty(); }
  /// "1_700|2_701", not yet percent-encoded: the form synccheck asks with (weixin-protocol.md 4.5).
  std::string to_query() const;

  friend bool operator==(const sync_key_list&, const sync_key_list&) = default;
};

/// Both keys; they move together with the messages that were read.
struct sync_keys {
  sync_key_list sync_key;       ///< for webwxsync
  sync_key_list sync_check_key; ///< for synccheck

  friend bool operator==(const sync_keys&, const sync_keys&) = default;
};

/// How an account logs in: as the web page or as the desktop client, which is the same web API with other
/// parameters at the login (weixin-protocol.md 3.6).
enum class login_mode : std::uint8_t { web, desktop };

/// What a login yields, and all that is needed to go on after a restart (weixin-protocol.md 10). Whoever has
/// it has the account: it is sealed at rest and has no stream operator.
struct session {
  std::int64_t uin = 0; ///< 0 before the login is complete
  secret sid;
  secret skey;
  secret pass_ticket;     ///< raw, as the XML had it: already percent-encoded once (weixin-protocol.md 1.2)
  std::string device_id;  ///< 'e' and 15 digits
  std::string user_agent; ///< one for the account's life
  std::string user_name;  ///< the account's own UserName; another one after every login
  std::string nick_name;  ///< decoded
  hosts host;
  cookie_jar cookies;
  sync_keys keys;
  int invite_start_count = 40; ///< from this size on, group members are invited instead of added
  login_mode mode = login_mode::web;

  friend bool operator==(const session&, const session&) = default;
};

/// The whole session as JSON, for the store, which seals it.
secret to_json(const session& s);
/// The way back. Errors: store_corrupt.
result<session> session_from_json(const secret& json);

} // namespace weixin::webwx
