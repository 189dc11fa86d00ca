#pragma once

#include "protocol/http_message.hpp"
#include "protocol/webwx/endpoint.hpp"
#include "protocol/webwx/session.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

// Requests of other clients, one JSON object a line: client, endpoint, host, request_line, request_headers,
// and either request_body.text or request_form (a parsed multipart body). What they sent is rebuilt with our
// own builders and compared field by field.

/// One request as it was sent.
struct captured_request {
  std::string client;
  std::string endpoint;
  std::string method;
  std::string host;
  std::string path;
  std::map<std::string, std::string> query; ///< decoded once
  std::vector<http_header> headers;
  std::string body;
  boost::json::object json; ///< the body, when it is an object
  boost::json::object form; ///< the fields of a multipart body
  std::string file_name;    ///< of the file in it

  std::string query_or(const std::string& name, std::string_view otherwise = {}) const;
};

/// Nothing for a line that is no object. What is missing is empty.
std::optional<captured_request> read_capture(std::string_view line);

/// Takes a request of ours apart in the same way.
captured_request take_apart(const http_request& r, std::string_view endpoint);

/// What our builders make of the same values; nothing for an endpoint that has no builder.
std::optional<http_request> rebuild(const captured_request& sent);

/// In words, what `ours` lacks or says otherwise; empty when nothing. Known differences, each with its reason
/// in the source, are none.
std::vector<std::string> differences(const captured_request& sent, const captured_request& ours);

} // namespace weixin::webwx
