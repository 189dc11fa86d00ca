#pragma once

#include "admin/routes.hpp"
#include "httpd/request_rates.hpp"
#include "httpd/server.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weixin::admin {

struct gate_options {
  std::string listen{};             ///< the address that it is reached by, as in the configuration
  std::vector<std::string> hosts{}; ///< further names and addresses
  bool tls = false;
  bool behind_proxy = false; ///< which may speak TLS for it
  double requests_per_second = 50;
};

/// What a request by TCP has to pass before it is read any further (`listen_options::refuse`): it names this
/// server (421 `unknown_host`, which stops DNS rebinding), comes from no foreign page (403 `foreign_origin`),
/// shows a token that is good (401 `unauthorized`) and allows the route (403 `forbidden_scope`, 404), and is
/// not one of too many (429). What is refused for want of any of that is told to the audit trail. On the
/// listener's thread.
class gate {
public:
  gate(gate_options options, std::shared_ptr<const api_routes> routes);

  std::optional<httpd::response> refuse(const httpd::request& r);

private:
  bool is_known_host(const std::string& host) const;
  std::optional<httpd::response> refuse_unknown(const httpd::request& r, const std::string& call,
                                                const std::string& account);

  const gate_options options_;
  const std::shared_ptr<const api_routes> routes_;
  std::set<std::string, std::less<>> hosts_;
  httpd::request_rates rates_;
};

} // namespace weixin::admin
