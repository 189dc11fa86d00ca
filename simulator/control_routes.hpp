#pragma once

#include "httpd/message.hpp"
#include "simulator/control_json.hpp"
#include "simulator/simulated_weixin.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace weixin::simulator {

/// What a route of the control API gets. `fields` reads `body`; `now` is the time of the request.
struct control_call {
  simulated_weixin& service;
  const httpd::request& request;
  const boost::json::object& body;
  field_reader& fields;
  moment now;
};

struct control_route {
  const char* method;
  const char* pattern;
  httpd::response (*serve)(const control_call&);
};

std::span<const control_route> user_routes();     ///< people, contacts, login codes
std::span<const control_route> chatroom_routes(); ///< the users' chatrooms
std::span<const control_route> message_routes();  ///< messages and their media
std::span<const control_route> service_routes();  ///< load, sessions, faults, options
std::span<const control_route> record_routes();   ///< what can be read back

httpd::response ok(boost::json::object body, int status = 200);
/// The problem document of an error.
httpd::response refused(const error& e);
httpd::response done(const result<void>& r);
/// A number of the query; what is none counts as missing.
std::uint64_t query_number(const httpd::request& r, std::string_view name, std::uint64_t fallback);

/// The user that the path names; nullptr when there is none.
phone_user* user_of(const control_call& c);
/// 404 for a user, contact, chatroom or message that there is not.
httpd::response not_found();

inline constexpr std::int64_t any_number = INT64_MAX;

} // namespace weixin::simulator
