#pragma once

#include "protocol/http_message.hpp"
#include "protocol/webwx/endpoint.hpp"
#include "protocol/webwx/percent.hpp"
#include "protocol/webwx/session.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::webwx {

/// Puts a request's target together.
class target {
public:
  /// A CGI of the common path (weixin-protocol.md 1.1).
  explicit target(endpoint e);
  /// Any other path.
  explicit target(std::string path) : text_(std::move(path)) {}

  target& add(std::string_view name, std::string_view value);
  target& add(std::string_view name, std::int64_t value) { return add(name, std::to_string(value)); }
  /// lang and pass_ticket, which nearly every call carries (weixin-protocol.md 4).
  target& add_common(const session& s);
  std::string str() && { return std::move(text_); }

private:
  std::string text_;
  char separator_ = '?';
};

/// The headers of a browser's page on `entry_host` (weixin-protocol.md 1.3).
http_request make_get(std::string_view host, target t, std::string_view user_agent,
                      std::string_view entry_host);
http_request make_get(std::string_view host, target t, const session& s);
http_request make_post(const session& s, target t, std::string_view content_type, std::string body);
http_request make_json_post(const session& s, target t, const boost::json::object& body);

/// The host of the session that answers `e`.
const std::string& host_of(const session& s, endpoint e) noexcept;

/// {"BaseRequest": {...}}, to which the rest of a body is added (weixin-protocol.md 1.2).
boost::json::object body_with_base_request(const session& s, boost::json::storage_ptr storage = {});

/// {"Count": n, "List": [{"Key": k, "Val": v}, ...]}
boost::json::object to_json(const sync_key_list& keys, boost::json::storage_ptr storage = {});
/// The way back; without pairs for anything that is none. More than `sync_key_list::max_pairs` are none.
sync_key_list sync_key_list_from(const boost::json::value& json);

} // namespace weixin::webwx
