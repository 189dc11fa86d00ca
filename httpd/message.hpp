#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace weixin::httpd {

/// Who is at the other end of a unix socket (SO_PEERCRED), as the kernel told when it connected.
struct peer_credentials {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
};

/// Takes the body of one request piece by piece, instead of memory. Destroyed before the end when the peer
/// goes.
class body_receiver {
public:
  virtual ~body_receiver() = default;
  /// Takes the next piece. The server reads on only after `done` was called, on whichever thread, exactly
  /// once. After an error it reads no more of the body: the request is handed over as it is, and the
  /// connection ends with its answer.
  virtual void take(std::string piece, std::function<void(result<void>)> done) = 0;
};

/// A request whose head and body were read completely and within the listener's limits.
struct request {
  std::string method;
  std::string target; ///< as on the wire: path and query
  std::string path;   ///< percent-decoded, without the query; never holds NUL
  std::map<std::string, std::string, std::less<>> query;  ///< decoded; of a repeated name the last one
  std::map<std::string, std::string, std::less<>> params; ///< what the route's {names} matched
  std::vector<http_header> headers;
  std::string body;
  /// Who took the body, when `listen_options::receive` named somebody; then `body` is empty.
  std::shared_ptr<body_receiver> receiver{};
  std::optional<peer_credentials> peer{}; ///< unix sockets only
  std::string peer_address{};             ///< TCP only: of the other end, without the port

  std::string_view header(std::string_view name) const noexcept { return find_header(headers, name); }
};

/// An answer. Content-Length, Date and Connection are added by the server.
struct response {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<http_header> headers; ///< further ones; names may repeat (Set-Cookie)
  std::string body;
};

/// An RFC 9457 answer (application/problem+json): `code` is the stable name that programs act on,
/// `detail` a sentence that says what to do. Ends with the status' standard title.
response problem(int status, std::string_view code, std::string_view detail);

} // namespace weixin::httpd
