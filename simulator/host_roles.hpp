#pragma once

#include <span>
#include <string_view>

namespace weixin::simulator {

/// What a host of the service is for (weixin-protocol.md 1.1).
enum class host_kind { unknown, entry, login, file, push };

struct host_role {
  host_kind kind = host_kind::unknown;
  std::string_view entry; ///< the entry host it belongs to; empty for the login host that serves all
};

/// Decides by the Host header; a port is ignored, case too.
host_role role_of(std::string_view host);

/// The entry hosts of the table.
std::span<const std::string_view> entry_hosts();

/// Every host name of the service, for the certificate.
std::span<const std::string_view> all_hosts();

} // namespace weixin::simulator
