#pragma once

#include "httpd/server.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::httpd {

/// Finds the handler of a request by method and path. Patterns hold whole-segment parameters:
/// "/v1/accounts/{name}/qr". A path without a route answers 404 `not_found`; a known path with another
/// method answers 405 `method_not_allowed` with Allow; HEAD is served by GET's handler.
/// Immutable once the server runs; used on the server's thread.
class router {
public:
  struct route {
    std::string method;
    std::string pattern;
    handler handle;
  };

  void add(std::string method, std::string pattern, handler handle);
  /// Answers the request or hands it to its route with `params` filled in.
  void operator()(request r, responder respond) const;
  struct destination {
    std::size_t index = 0; ///< in `routes`
    std::map<std::string, std::string, std::less<>> params;
  };
  /// The route that a request of this method and target (as on the wire) goes to.
  std::optional<destination> find(std::string_view method, std::string_view target) const;
  const std::vector<route>& routes() const noexcept { return routes_; }
  /// The pattern that the path matches, or "unmatched": a metric label from a closed set.
  std::string_view pattern_of(std::string_view path) const noexcept;

private:
  std::vector<route> routes_;
};

} // namespace weixin::httpd
