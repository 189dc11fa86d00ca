#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::transport {

/// True for a DNS name of labels of letters, digits and hyphens (RFC 1123) with at least one dot. An IP
/// address is none.
bool is_host_name(std::string_view host) noexcept;

/// Request line and header section as they go on the wire, with Host, Content-Length and Accept-Encoding
/// added; `streamed_bytes` follow the request's body. Error: invalid_argument when a part would break out of
/// its line or repeats a field the transport sets.
result<std::string> write_request_head(const http_request& request, bool accept_gzip,
                                       std::uint64_t streamed_bytes = 0);

} // namespace weixin::transport
