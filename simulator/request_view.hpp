#pragma once

#include "httpd/message.hpp"
#include "simulator/host_roles.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::simulator {

/// The four fields of a BaseRequest, as text (weixin-protocol.md 1.2). Missing ones are empty.
struct base_request {
  std::string uin;
  std::string sid;
  std::string skey;
  std::string device_id;
};

/// A request as the service reads it. Refers to the request it was made from.
class request_view {
public:
  explicit request_view(const httpd::request& r);

  const std::string& method() const noexcept { return request_->method; }
  host_role role() const noexcept { return role_; }
  /// The last path segment of `/cgi-bin/mmwebwx-bin/<name>`; `jslogin`, `qrcode`, `l` and `root` for the
  /// others; empty for a path that the service does not have.
  std::string_view endpoint() const noexcept { return endpoint_; }
  /// What follows `/qrcode/` or `/l/`.
  std::string_view path_tail() const noexcept { return path_tail_; }

  /// From the query and, for a POSTed form, from its fields; decoded once.
  std::string_view field(std::string_view name) const noexcept;
  bool has_field(std::string_view name) const noexcept;
  std::string_view cookie(std::string_view name) const noexcept;
  std::string_view header(std::string_view name) const noexcept { return request_->header(name); }
  bool offers_gzip() const noexcept;
  /// The body as it came.
  std::string_view raw_body() const noexcept { return request_->body; }

  /// The JSON object of the body; null when there is none.
  const boost::json::object* body() const noexcept { return body_ ? &*body_ : nullptr; }
  const base_request& base() const noexcept { return base_; }

private:
  void read_cookies();
  void read_body();

  const httpd::request* request_;
  host_role role_;
  std::string_view endpoint_;
  std::string_view path_tail_;
  std::map<std::string, std::string, std::less<>> cookies_;
  std::map<std::string, std::string, std::less<>> form_;
  std::optional<boost::json::object> body_;
  base_request base_;
};

/// The string, or the decimal text of an integer; empty for anything else and for a missing field.
std::string text_of(const boost::json::object& o, std::string_view name);
/// The integer, also when it is written as a decimal string.
std::optional<std::int64_t> integer_of(const boost::json::object& o, std::string_view name);
/// The object of that name; null when there is none.
const boost::json::object* object_of(const boost::json::object& o, std::string_view name);

} // namespace weixin::simulator
