#pragma once

#include "config/config.hpp"
#include "httpd/message.hpp"
#include "protocol/result.hpp"
#include "runtime/service_heartbeat.hpp"
#include "store/store.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weixin::runtime {
class shard_pool;
}

namespace weixin {

/// weixind, put together: store, network, shards, actors, fleet, admin socket, metrics listener. Started by
/// `start`, ended by the destructor in the reverse order. Used on the main thread.
class server {
public:
  /// `fatal` is called, from any thread and at most once, when a shared service failed too often and the
  /// process has to end with exit code 70. Errors: config_invalid, data_dir_in_use, store_corrupt,
  /// store_newer, store_failed, disk_full, io_failed. `store` takes the place of the database in data_dir:
  /// for measurements. `config_file` is what a reload reads; without it there is none.
  static result<std::unique_ptr<server>> start(config::server_config config, std::function<void()> fatal,
                                               std::shared_ptr<store::store> store = nullptr,
                                               std::string config_file = {});
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  std::string admin_endpoint() const;
  std::string api_endpoint() const; ///< "" when there is none
  std::string metrics_endpoint() const;

  /// What has to answer for the process to be healthy: every shard, the fleet supervisor, the store. They may
  /// be asked, from any thread, as long as the server is there.
  std::vector<runtime::heartbeat_part> heartbeat_parts();
  /// "3 accounts: online 2, starting 1". Any thread.
  std::string status_line() const;
  /// Reads the configuration file again, because of a signal of that process. The log and the audit tell what
  /// came of it, and the service manager when it begins and ends; `done` is called from another thread, or,
  /// when too many reloads wait, at once.
  void reload(httpd::peer_credentials sender, std::function<void()> done);
  runtime::shard_pool& shards();

private:
  struct parts;
  explicit server(std::unique_ptr<parts> p);
  std::unique_ptr<parts> parts_;
};

} // namespace weixin
