#pragma once

#include "config/config.hpp"
#include "protocol/result.hpp"

#include <functional>
#include <memory>
#include <string>

namespace weixin {

/// weixind, put together: store, network, shards, actors, fleet, admin socket, metrics listener. Started by
/// `start`, ended by the destructor in the reverse order. Used on the main thread.
class server {
public:
  /// `fatal` is called, from any thread and at most once, when a shared service failed too often and the
  /// process has to end with exit code 70. Errors: config_invalid, data_dir_in_use, store_corrupt,
  /// store_newer, store_failed, disk_full, io_failed.
  static result<std::unique_ptr<server>> start(config::server_config config, std::function<void()> fatal);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  std::string admin_endpoint() const;
  std::string metrics_endpoint() const;

private:
  struct parts;
  explicit server(std::unique_ptr<parts> p);
  std::unique_ptr<parts> parts_;
};

} // namespace weixin
