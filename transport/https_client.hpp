#pragma once

#include "transport/http_client.hpp"
#include "transport/network.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace weixin::transport {

/// Decides whether an account may talk to a host at all (the table of weixin-protocol.md 1.1). Asked first,
/// on the shard's thread, with a name in lower case; a refused host is neither looked up nor connected to.
using host_policy = std::function<bool(std::string_view host)>;

/// One client for one account, on the shard that runs `shard_context`. Create, use and destroy it on that
/// shard's thread; destroying it ends its calls as `close` does, so their completions still run as long as
/// the context does.
///
/// What it promises beyond `http_client`:
/// - HTTPS with a verified certificate, TLS 1.2 or newer, port 443 unless `connect_to` is set. The address it
///   connects to is one that was checked: loopback, private and other special ranges are refused.
/// - At most `max_connections_per_account` calls run at a time, the others wait in order of arrival; more
/// than
///   `max_waiting_calls_per_account` waiting fail with queue_full.
/// - Connections are kept alive, TLS sessions are resumed; both within this account and one host only.
/// - A connection found dead is replaced once and unseen, if no byte of the request left or the request is a
/// GET. Nothing
///   else is ever repeated.
/// - gzip is asked for and undone, except with a sink, where the body is asked for as it is.
/// - A request with control characters in a field, or an unknown method: invalid_argument.
std::unique_ptr<http_client> make_https_client(std::shared_ptr<network> net,
                                               boost::asio::io_context& shard_context,
                                               host_policy host_allowed);

} // namespace weixin::transport
