#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace weixin::webwx {

struct message;

/// A UserName of the session and the lasting id of the same contact.
struct real_id {
  static constexpr std::size_t max_bytes = 64;

  std::string user_name;
  std::string id;

  friend bool operator==(const real_id&, const real_id&) = default;
};

/// What of a 51 message can be believed (weixin-protocol.md 7.4): nothing when one pair cannot be right (a
/// group beside the id of none, a fixed name beside another), for then the two lists are not in step. Ids
/// that are too long or no printable ASCII, and whoever stands there with two ids or with the id of somebody
/// else, are left out.
std::vector<real_id> believable_real_ids(const message& m);

} // namespace weixin::webwx
