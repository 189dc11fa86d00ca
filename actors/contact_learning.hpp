#pragma once

#include "actors/account_context.hpp"
#include "protocol/webwx/contacts.hpp"

#include <string>
#include <vector>

namespace weixin {

/// Where contacts come from.
enum class contact_source {
  changes, ///< a webwxsync told of them: who was not known is news
  details, ///< we asked about them
};

/// Takes contacts that Weixin told of into the account's address book, forgets the deleted ones, and
/// publishes what is different now (weixin-protocol.md 4.6, 7.7): `contact` events for who came, changed or
/// went, and `group` events for who joined, left or is called otherwise. There is no other sign of somebody
/// leaving a group. What is the same as before is no event. Only within a session; on the account's shard.
void learn_contacts(account_context& context, std::vector<webwx::contact> modified,
                    const std::vector<std::string>& deleted, contact_source source);

} // namespace weixin
