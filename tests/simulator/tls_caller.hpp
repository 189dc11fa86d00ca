#pragma once

#include "protocol/http_message.hpp"

#include <chrono>
#include <string>

namespace weixin::simulator {

/// Sends one request to `address` ("127.0.0.1:port") with the given server name, checks the certificate
/// against `ca_file`, and reads until the server closes. Status 0: no answer, for whatever reason.
http_response tls_call(const std::string& address, const std::string& ca_file, const http_request& request,
                       std::chrono::seconds deadline = std::chrono::seconds{10});

} // namespace weixin::simulator
