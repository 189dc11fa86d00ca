#pragma once

#include "ctl/event_parser.hpp"

#include <string>

namespace weixin::ctl {

/// The event as one line for people: time, account, what happened. Safe on a terminal.
std::string event_line(const server_event& e, bool colour);

/// The event as one line of JSON: {"id", "event", "data"}. Data that is no JSON stays a string.
std::string event_json(const server_event& e);

/// The account that the event is about; empty when it does not say.
std::string account_of(const server_event& e);

} // namespace weixin::ctl
