#pragma once

#include "ctl/moment.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::ctl {

/// One line of JSON without characters that act on a terminal: those that JSON may carry as they are (DEL,
/// C1, bidirectional controls) are written as \u escapes, which mean the same.
std::string to_json_text(const boost::json::value& value);

// Members as they should be, or empty, 0 and nullopt for what is missing or of another type: a newer server
// may say more, a broken one less, and neither is a reason to show nothing.
std::string text_of(const boost::json::object& o, std::string_view key);
std::uint64_t number_of(const boost::json::object& o, std::string_view key);
bool is_true(const boost::json::object& o, std::string_view key);
std::optional<moment> time_of(const boost::json::object& o, std::string_view key);
/// An empty array for anything else.
const boost::json::array& list_of(const boost::json::object& o, std::string_view key);
/// An empty object for anything else.
const boost::json::object& object_of(const boost::json::value& v);

} // namespace weixin::ctl
