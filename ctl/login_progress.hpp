#pragma once

#include "ctl/account.hpp"
#include "ctl/exit_code.hpp"

#include <optional>
#include <string>
#include <vector>

namespace weixin::ctl {

/// A QR code that waits to be scanned (GET .../qr).
struct waiting_code {
  std::string uuid;
  std::string url;
  std::uint64_t attempt = 0;
};

waiting_code read_code(const boost::json::object& o);

/// Follows one login by repeated looks at the account, and decides what to tell the person in front of the
/// terminal. Pure: knows neither terminal nor server.
class login_progress {
public:
  /// `before` is how the account stood before the login was asked for: as long as nothing has changed since,
  /// its state is no outcome. nullopt for a new account.
  explicit login_progress(std::optional<account> before = std::nullopt) : before_(std::move(before)) {}

  struct news {
    std::vector<std::string> messages;
    std::optional<waiting_code> draw; ///< a code that was not shown yet
    std::optional<exit_code> end;     ///< the login is over
    std::string advice;               ///< at a bad end: what it means and what to do
  };
  /// `code` is the one that waits at the moment, if any.
  news look(const account& now, const std::optional<waiting_code>& code);

private:
  bool is_unchanged(const account& now) const;
  void tell_state(const account& now, news& n);

  std::optional<account> before_;
  std::string state_;
  std::string reason_;
  std::string uuid_;
};

} // namespace weixin::ctl
