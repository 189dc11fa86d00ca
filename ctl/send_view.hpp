#pragma once

#include "ctl/moment.hpp"
#include "ctl/session.hpp"
#include "ctl/table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace weixin::ctl {

/// The news that a send's state is.
tone tone_of_send(std::string_view state);

/// What a state means and what to do about it; empty for `sent`.
std::string advice_for_send(const boost::json::object& send, std::string_view account);

/// The send as one line, "ID STATE", or as JSON, or its id alone, as the person wants it.
void write_send(session& s, const boost::json::value& send);

/// ID STATE TO CREATED UPDATED TRIES ERROR; `wide` adds MSG-ID EXPIRES-AT ON-UNKNOWN. CREATED and UPDATED are
/// ages at `now`; without it they are points in time.
table send_table(const boost::json::array& sends, std::optional<moment> now, bool wide);

/// All of one send, a line to a fact.
std::string send_details(const boost::json::object& send, std::string_view account, std::optional<moment> now,
                         bool colour);

} // namespace weixin::ctl
