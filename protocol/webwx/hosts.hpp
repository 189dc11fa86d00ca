#pragma once

#include "protocol/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

/// The four hosts of one session (weixin-protocol.md 1.1). Names only, lower case, always https on port 443.
struct hosts {
  std::string entry = "wx.qq.com"; ///< every call that is not named below
  std::string login = "login.wx.qq.com";
  std::string file = "file.wx.qq.com";
  std::string push = "webpush.wx.qq.com"; ///< synccheck

  friend bool operator==(const hosts&, const hosts&) = default;
};

/// The table's row of an entry host; an unknown entry host gets the table's last row.
hosts hosts_for_entry(std::string_view entry);

/// All push hosts of the table: first the one that belongs to `h.entry`, then the others in the table's test
/// order. It does not depend on `h.push`, so that a probe that replaces `h.push` can walk through it by
/// index.
std::vector<std::string> push_candidates(const hosts& h);

/// True for exactly the hosts of the table and the two first login hosts; no suffix, no other case, no port.
bool is_known_host(std::string_view host) noexcept;

/// Where a confirmed login goes on.
struct redirect {
  std::string host;   ///< one of the table's entry hosts
  std::string target; ///< path and query, starting with '/'. Holds the login ticket: never logged
};

/// Takes `window.redirect_uri` apart (weixin-protocol.md 3.3). Only https, port 443 or none, no user info, no
/// IP address, and an entry host of the table letter by letter; at most 4 KiB. Anything else is
/// host_not_allowed.
result<redirect> parse_redirect_uri(std::string_view uri);

} // namespace weixin::webwx
