#pragma once

#include "actors/services.hpp"
#include "admin/reload_calls.hpp"
#include "config/config.hpp"
#include "metrics/registry.hpp"
#include "notify/notifier.hpp"
#include "runtime/descriptor_limit.hpp"
#include "runtime/shared_value.hpp"
#include "supervisor/fleet.hpp"
#include "transport/network.hpp"

#include <vector>

namespace weixin {

// What the configuration means to the parts of the server: for the start and for a reload.

store::media_quota quota_of(const config::media_config& c);
store::retention retention_of(const config::store_config& c, const config::media_config& media);
media_settings media_of(const config::media_config& c);

/// The bots, ready to answer. Error: config_invalid or invalid_argument, when one cannot be made.
result<std::vector<bot_entry>> make_bots(const config::server_config& c);

/// What the fleet works by; `descriptors` may allow fewer accounts than the configuration.
supervisor::fleet_configuration fleet_configuration_of(const config::server_config& c,
                                                       const runtime::descriptor_limit& descriptors,
                                                       std::vector<bot_entry> bots);

/// They may be counted from now on.
void allow_bots(metrics::registry& m, const std::vector<bot_entry>& bots);

/// What a reload changes while it runs; all of it is thread-safe.
struct running_parts {
  supervisor::fleet& fleet;
  notify::notifier& notifier;
  transport::network& network;
  services& service;
  runtime::shared_value<store::retention>& keep;
  runtime::descriptor_limit descriptors;
  std::function<void(std::shared_ptr<httpd::tls_identity>)> use_certificate; ///< of the API's TCP listener
};

/// Goes over from one configuration to another that differs in reloadable keys alone, as a whole or not at
/// all; with `check_only` it only tells whether it could. The API's certificate is read again, too. Blocks
/// until the fleet has answered. Errors: config_invalid, and those of the store.
result<admin::reload_report> change_configuration(const running_parts& running,
                                                  const config::server_config& before,
                                                  const config::server_config& next, bool check_only);

} // namespace weixin
