#pragma once

#include "runtime/shared_bucket.hpp"
#include "transport/connection_count.hpp"
#include "transport/fair_gate.hpp"
#include "transport/host_breaker.hpp"
#include "transport/network.hpp"
#include "transport/resolver.hpp"
#include "transport/tls_context.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace weixin::transport {

/// The inside of `network`, for the transport's own files.
class network::parts {
public:
  parts(network_options o, network_hooks h, std::shared_ptr<tls_context> t);

  /// The shard's limit on handshakes, shared by all its clients.
  std::shared_ptr<fair_gate> handshake_gate(boost::asio::io_context& shard);

  const network_options options;
  const std::optional<host_and_port> connect_to;
  const network_hooks hooks;
  const std::shared_ptr<tls_context> tls;
  const std::shared_ptr<host_breaker> breaker;
  resolver names;
  runtime::shared_bucket handshakes; ///< of all shards
  std::atomic<host_breaker::caller> next_client{1};
  const std::shared_ptr<connection_count> open = std::make_shared<connection_count>();

private:
  std::mutex mutex_;
  std::map<boost::asio::io_context*, std::weak_ptr<fair_gate>> gates_;
};

} // namespace weixin::transport
