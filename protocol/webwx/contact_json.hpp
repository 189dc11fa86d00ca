#pragma once

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/contacts.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace weixin::webwx {

/// Contacts of an answer.
struct contact_list {
  std::vector<contact> contacts;
  std::size_t set_aside = 0; ///< entries that are no contact or have no UserName
};

/// The contacts in the member `key` of an answer, each read on its own; which of them is the account itself
/// is not told. Errors: malformed_answer.
result<contact_list> read_contacts(const json_answer& answer, std::string_view key);

} // namespace weixin::webwx
