#pragma once

#include "admin/gate.hpp"
#include "config/config.hpp"
#include "httpd/byte_stream.hpp"
#include "httpd/server.hpp"
#include "protocol/result.hpp"
#include "store/store.hpp"

#include <memory>
#include <string>

namespace weixin {

/// Reads the tokens that the store has. Waits for the store: at the start.
result<void> load_tokens(store::store& store, admin::access& who_may);

/// The listener's certificate and key; null when it has none. Error: config_invalid.
result<std::shared_ptr<httpd::tls_identity>> load_certificate(const config::api_config& c);

/// Whether the listener may be opened as it is configured. Error: config_invalid, with what to do: an address
/// other than loopback needs a token, and the certificate must be one.
result<void> check_api(const config::api_config& c, const admin::access& who_may);

/// Makes of the admin socket's options those of the API's listener by TCP.
httpd::listen_options api_options(const config::api_config& c, httpd::listen_options of_socket,
                                  std::shared_ptr<const admin::api_routes> routes);

/// How the listener at `endpoint` ("0.0.0.0:9463") is reached with a browser: by the first of `hosts` where
/// the certificate wants a name, else by the address, or by loopback where it is any. "" without one.
std::string api_url(const config::api_config& c, const std::string& endpoint);

} // namespace weixin
