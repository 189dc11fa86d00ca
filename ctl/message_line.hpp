#pragma once

#include "ctl/table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>

namespace weixin::ctl {

/// A received message in words: "from Lin in Flat share: hello". As the server told it, not yet escaped.
std::string message_text(const boost::json::object& m);

/// One line for a message that comes in: its number, when it was sent, and `message_text`; escaped.
std::string message_line(const boost::json::object& m);

/// SEQ SENT CHAT FROM TEXT; `wide` adds CHAT-REF TYPE MSG-ID and cuts nothing off.
table message_table(const boost::json::array& messages, bool wide);

} // namespace weixin::ctl
