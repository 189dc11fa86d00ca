#pragma once

#include "supervisor/fleet_plan.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace weixin::admin {

/// `{"changes","unchanged","revision"}`: what is to become, or became, of the accounts. Proxies are shown
/// without user and password.
boost::json::object to_json(const supervisor::fleet_plan& plan);

/// Each problem as `{"pointer","account","detail"}`, at most `max_problems`; the pointer (RFC 6901) leads
/// into the request's body.
inline constexpr std::size_t max_problems = 200;
boost::json::array to_json(const std::vector<supervisor::fleet_problem>& problems,
                           const std::vector<supervisor::wanted_account>& accounts);

/// Reads the `accounts` of a body; everything that is wrong with them goes to the wish's problems. Error:
/// invalid_argument when it is no list of at most `max_wanted` objects.
inline constexpr std::size_t max_wanted = 100'000;
result<void> read_wanted(const boost::json::object& body, supervisor::fleet_wish& wish);

} // namespace weixin::admin
