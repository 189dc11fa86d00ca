#pragma once

#include "protocol/webwx/message_content.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weixin {

/// The durable reference of a UserName, nothing when no contact of the account has it.
using find_reference = std::function<std::optional<std::string>(std::string_view user_name)>;

/// What consumers are told of a message besides its text: the members of `detail`, see docs/admin-api.md. No
/// UserName, ticket or key of the session is among them. What is unknown is left out; empty when there is
/// nothing to tell.
boost::json::object detail_of(const webwx::message_content& content, const find_reference& ref_of);

} // namespace weixin
