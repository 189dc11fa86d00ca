#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weixin {

/// One header field. Names compare without regard to case (RFC 9110 section 5.1).
struct http_header {
  std::string name;
  std::string value;
};

/// What is asked of a Weixin host over HTTPS, as a value. The scheme is always https
/// (weixin-protocol.md 1.1). Host, Content-Length, Connection and Accept-Encoding are added by the transport.
struct http_request {
  std::string method = "GET";
  std::string host;   ///< name only, without scheme and port
  std::string target; ///< path and query, percent-encoded
  std::vector<http_header> headers;
  std::string body;
};

/// What came back. The body is decoded (chunks joined, gzip undone).
struct http_response {
  int status = 0;
  std::vector<http_header> headers;
  std::string body;
};

/// The first value of that name, or an empty view.
std::string_view find_header(const std::vector<http_header>& headers, std::string_view name) noexcept;

} // namespace weixin
