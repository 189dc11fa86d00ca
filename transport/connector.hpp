#pragma once

#include "transport/network_parts.hpp"
#include "transport/proxy.hpp"
#include "transport/tls_sessions.hpp"
#include "transport/tls_stream.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace weixin::transport {

/// Makes new connections for one account: look the name up, check every address, connect to a checked one,
/// prove the host's identity. Lives on the account's shard.
class connector {
public:
  connector(std::shared_ptr<network::parts> net, boost::asio::io_context& shard);

  /// `until`: the caller's deadline, which waiting for a turn draws from.
  /// Errors: dns_failed, host_not_allowed (no address that may be connected to), connect_failed,
  /// proxy_failed, tls_failed, cancelled, queue_full (so many handshakes wait that this one's turn would come
  /// too late).
  boost::asio::awaitable<result<std::shared_ptr<tls_stream>>>
  connect(std::string host, std::chrono::steady_clock::time_point until);

  /// For connections made from now on; null: none.
  void use_proxy(std::shared_ptr<const proxy> through) { proxy_ = std::move(through); }

private:
  using endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

  boost::asio::awaitable<result<void>> wait_for_turn(std::chrono::steady_clock::time_point until);
  boost::asio::awaitable<result<endpoints>> find(std::string host);
  boost::asio::awaitable<result<endpoints>> find_proxy(const proxy& through);
  boost::asio::awaitable<result<void>> pass(tls_stream& stream, const proxy& through,
                                            const std::string& host);
  boost::asio::awaitable<result<resolver::addresses>> resolve(std::string name);

  std::shared_ptr<network::parts> net_;
  boost::asio::any_io_executor executor_;
  std::shared_ptr<fair_gate> handshakes_;
  std::shared_ptr<tls_sessions> sessions_;
  std::shared_ptr<const proxy> proxy_;
};

} // namespace weixin::transport
