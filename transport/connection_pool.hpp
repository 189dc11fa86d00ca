#pragma once

#include "transport/tls_stream.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>

namespace weixin::transport {

/// The connections of one account that wait for a call; each serves one host. Those that wait too long are
/// closed. Lives on one shard.
class connection_pool : public std::enable_shared_from_this<connection_pool> {
public:
  connection_pool(const boost::asio::any_io_executor& executor, std::chrono::milliseconds idle_timeout);

  /// The connection to that host that was used last and is still sound, or nullptr.
  std::shared_ptr<tls_stream> take(const std::string& host);
  void put(std::string host, std::shared_ptr<tls_stream> stream);
  /// Closes the one that has waited longest. False when there is none.
  bool drop_oldest();
  void clear();
  std::size_t size() const noexcept { return idle_.size(); }

private:
  struct idle {
    std::string host;
    std::shared_ptr<tls_stream> stream;
    std::chrono::steady_clock::time_point until;
  };

  void arm();

  boost::asio::steady_timer timer_;
  std::chrono::milliseconds idle_timeout_;
  std::list<idle> idle_; ///< oldest first
  bool armed_ = false;
};

} // namespace weixin::transport
