#pragma once

#include "actors/account_status.hpp"
#include "actors/address_book.hpp"
#include "actors/contact_operation.hpp"
#include "actors/group_view.hpp"
#include "actors/messages.hpp"
#include "httpd/message.hpp"
#include "protocol/result.hpp"
#include "store/store.hpp"
#include "supervisor/friend_request_view.hpp"

#include <boost/json/object.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::admin {

boost::json::object to_json(const account_view& v);
boost::json::object to_json(const contact_view& v);
/// `upload` is shown when it is of this send.
boost::json::object to_json(const store::send_record& r,
                            const std::optional<upload_progress>& upload = std::nullopt);
boost::json::object to_json(const action_outcome& outcome);
boost::json::object to_json(const contact_operation& o);
boost::json::object to_json(const group_view& g);
boost::json::object to_json(const member_view& m);
boost::json::object to_json(const supervisor::friend_request_view& r);
boost::json::object to_json(const pending_qr& qr);
boost::json::object to_json(const store::state_change& change);
boost::json::object to_json(const store::store_health& health);
boost::json::object to_json(const store::retention& keep);
boost::json::object to_json(const store::check_report& report);

/// A stored contact as one of the present session is shown.
contact_view to_view(const store::contact_record& r);

/// The body of a page of an inbox: `messages`, each the stored event with its `seq`, and `next`, the place to
/// go on from; null when there was nothing more. A page ends early at `max_bytes`, but not before its first
/// message.
std::string messages_page(const std::vector<store::stored_message>& messages, std::size_t limit,
                          std::size_t max_bytes);

httpd::response json_response(int status, const boost::json::object& body);

/// The problem that an error is to a caller: its status, its stable code, a sentence that says what to do.
httpd::response problem_of(const error& e);

/// A JSON object's text with one more member.
std::string with_member(const std::string& object, std::string_view key, boost::json::value value);

/// A request's body as a JSON object with no other keys than these. An empty body is an empty object. Errors:
/// invalid_argument, with what is wrong and what is expected.
result<boost::json::object> read_object(std::string_view body,
                                        std::initializer_list<std::string_view> allowed_keys);

} // namespace weixin::admin
