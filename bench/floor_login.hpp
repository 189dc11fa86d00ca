#pragma once

#include "bench/floor_connection.hpp"
#include "protocol/webwx/session.hpp"

namespace weixin::bench {

/// Where the simulated service listens, and how its certificate is checked.
struct floor_service {
  boost::asio::io_context& context;
  boost::asio::ssl::context& tls;
  boost::asio::ip::tcp::endpoint address;
};

/// From jslogin to webwxinit (weixin-protocol.md 3.1 to 4.1), while a simulated phone scans. Blocks. It is
/// not part of the measurement, and so it may use protocol/. Throws std::exception when anything is not as
/// expected.
webwx::session log_in(const floor_service& service, std::size_t number);

} // namespace weixin::bench
