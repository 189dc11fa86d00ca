#pragma once

#include "admin/access.hpp"
#include "admin/audit.hpp"
#include "admin/reply.hpp"
#include "httpd/router.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weixin::admin {

/// The routes of the admin API, each with what it needs of its caller. Every one of them, on whichever
/// listener, looks at that itself; gate.hpp does before a body is read. Used on the listener's thread once it
/// serves.
class api_routes {
public:
  using handler = std::function<void(const httpd::request&, const reply&)>;

  api_routes(std::shared_ptr<access> who, std::shared_ptr<audit_trail> trail)
      : access_(std::move(who)), trail_(std::move(trail)) {}

  void add(const std::string& method, const std::string& pattern, need what, handler h);

  struct destination {
    std::string_view pattern = "unmatched";
    need what = need::read; ///< what is not there, nobody without a token is told
    std::map<std::string, std::string, std::less<>> params;
  };
  /// Where a request of that method and path leads.
  destination find(std::string_view method, std::string_view target) const;
  need need_of(std::string_view method, std::string_view pattern) const;

  const httpd::router& router() const noexcept { return router_; }
  const std::shared_ptr<access>& who_may() const noexcept { return access_; }
  const std::shared_ptr<audit_trail>& trail() const noexcept { return trail_; }

private:
  std::shared_ptr<access> access_;
  std::shared_ptr<audit_trail> trail_;
  httpd::router router_;
  std::vector<need> needs_; ///< of the routes in their order
};

} // namespace weixin::admin
