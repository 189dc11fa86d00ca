#pragma once

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/contacts.hpp"

#include <string_view>

namespace weixin::webwx {

/// The contacts in the member `key` of an answer, each read on its own; which of them is the account itself
/// is not told. Errors: malformed_answer.
result<contact_list> read_contacts(const json_answer& answer, std::string_view key);

} // namespace weixin::webwx
