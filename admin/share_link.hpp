#pragma once

#include "protocol/secret.hpp"
#include "runtime/wall_clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::admin {

/// What a share link is for: the login of one account, until it expires.
struct share_claim {
  std::string account;
  std::int64_t created_ms = 0; ///< when the account was added: a later one of its name is another account
  wall_time expires_at{};      ///< whole milliseconds
};

/// A link's text, and the number by which the audit knows it.
struct signed_claim {
  std::string text;
  std::string id;
};

/// Signs and checks what stands behind the # of a share link: "CLAIM.SIGNATURE", both base64url, the
/// signature HMAC-SHA256. It holds no right but what it names, and nothing of it is stored. Any thread.
class share_signer {
public:
  static constexpr std::size_t longest = 512; ///< of a link's text

  /// `key`: 32 random bytes that nobody else has.
  explicit share_signer(secret key);

  signed_claim sign(const share_claim& claim) const;
  /// What the text claims when its signature is good, whether expired or not; else nothing. The time it takes
  /// tells nothing of the signature.
  std::optional<share_claim> check(std::string_view text) const;

private:
  const secret key_;
};

} // namespace weixin::admin
