#pragma once

#include "transport/proxy.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace weixin::transport {

/// Asks the proxy at the other end of `socket` for a way to `to`. Afterwards the socket's bytes go there and
/// come from there. Waits as long as the proxy does: the caller sets the limit by closing the socket.
/// Error: proxy_failed, whose context says what the proxy did, without credentials.
boost::asio::awaitable<result<void>> open_tunnel(boost::asio::ip::tcp::socket& socket, const proxy& through,
                                                 std::string to_host, std::uint16_t to_port);

} // namespace weixin::transport
