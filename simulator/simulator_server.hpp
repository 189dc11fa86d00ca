#pragma once

#include "protocol/result.hpp"
#include "simulator/simulated_weixin.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace weixin::simulator {

struct simulator_server_options {
  std::string listen = "127.0.0.1:0";  ///< the service: every host on one port, TLS
  std::string control = "127.0.0.1:0"; ///< the control API, plain HTTP; empty: none
  std::string directory;               ///< receives ca.pem, server.pem and server-key.pem
  bool allow_non_loopback = false;     ///< else other addresses are refused
  simulator_options service;
  std::size_t users = 0;
  people_shape shape;
};

/// The simulated service on sockets. Everything happens on the io_context, which must run on one thread.
class simulator_server {
public:
  simulator_server(boost::asio::io_context& context, simulator_server_options options);
  ~simulator_server();
  simulator_server(const simulator_server&) = delete;
  simulator_server& operator=(const simulator_server&) = delete;

  /// Makes certificates and users, then listens. Errors: invalid_argument (an address that is no numeric one,
  /// or not a loopback one), io_failed, tls_failed.
  result<void> start();
  /// "127.0.0.1:43121", with the real port.
  std::string endpoint() const;
  std::string control_endpoint() const;
  std::string ca_file() const;

  /// On the io_context's thread. After any call that changes something, call `settle`.
  simulated_weixin& service() noexcept;
  moment now() const;
  /// Sends the answers that became ready and sets the timer for the next event.
  void settle();

  /// Closes every connection. On the io_context's thread, or when it does not run any more. Idempotent.
  void stop();

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace weixin::simulator
